internal import AuditCore
internal import ConnectionWords
internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Asks one line and reads to the end, as WHOIS does (RFC 3912).
enum TextExchange {
    /// How many bytes an answer may have; the rest of a longer one is not read.
    static let limit = 256 << 10

    /// Asks a server and reads its answer.
    ///
    /// - Parameters:
    ///   - query: Sent as it is, with its end of line.
    ///   - source: What kind of server that is.
    ///   - parse: Makes sense of all that the server sent, which is more than nothing: a server that hangs up without a
    ///     word is `unreachable`.
    static func ask<Answer: Sendable>(
        _ server: Endpoint, _ query: [UInt8], as source: FactSource, parsing parse: ([UInt8]) -> Upstream<Answer>
    ) async -> Upstream<Answer> {
        do throws(LookupError) {
            let text = try await answer(of: server, to: query)
            guard !text.isEmpty else { throw LookupError(.unreachable, detail: "it hung up without a word") }
            return parse(text)
        } catch {
            return Upstream(.unavailable(error), source: source)
        }
    }

    /// Asks a server.
    ///
    /// - Returns: All that the server sent before it closed its side.
    /// - Throws: ``LookupError`` with `unreachable`, `malformed` (too long) or, when the task is cancelled, at once
    ///   with `timedOut`. The connection is closed however it ends.
    private static func answer(of server: Endpoint, to query: [UInt8]) async throws(LookupError) -> [UInt8] {
        let answer = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: [UInt8].self)
        do {
            return try await withTaskCancellationHandler {
                ClientBootstrap(group: answer.futureResult.eventLoop)
                    .connectTimeout(.seconds(10))  // callers have deadlines of their own
                    .channelInitializer { channel in
                        answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
                        return channel.eventLoop.makeSucceededVoidFuture()
                    }
                    .connect(host: server.host, port: server.port)
                    .flatMapThrowing { channel in
                        try channel.pipeline.syncOperations.addHandler(TextCollector(query, answer))
                    }
                    .whenFailure { answer.fail($0) }
                return try await answer.futureResult.get()
            } onCancel: {
                answer.fail(CancellationError())
            }
        } catch let error as LookupError {
            throw error
        } catch {
            let isCancelled = error is CancellationError
            throw LookupError(
                isCancelled ? .timedOut : .unreachable,
                detail: isCancelled ? "cancelled" : ConnectionTrouble.words(error))
        }
    }
}

/// Sends the question over a connection that was just made, gathers the answer.
private final class TextCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let query: [UInt8]
    private let answer: EventLoopPromise<[UInt8]>
    private var text: [UInt8] = []

    init(_ query: [UInt8], _ answer: EventLoopPromise<[UInt8]>) { (self.query, self.answer) = (query, answer) }

    func handlerAdded(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return answer.fail(ChannelError.alreadyClosed) }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: query)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let chunk = unwrapInboundIn(data)
        guard text.count + chunk.readableBytes <= TextExchange.limit else {
            return answer.fail(LookupError(.malformed, detail: "too long"))
        }
        text.append(contentsOf: chunk.readableBytesView)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.succeed(text)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }
}
