internal import AuditCore
internal import Locks
internal import NIOCore

/// One connection: what is sent is answered in the order in which it was sent.
///
/// `@unchecked Sendable`: everything here happens on the channel's event loop.
final class RedisConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Commands that were sent together.
    private struct Batch {
        var missing: Int
        var replies: [RedisReply] = []
        let promise: EventLoopPromise<[RedisReply]>
        let sent: NIODeadline
    }

    /// What this server is, for messages.
    let server: RedisAddress
    private let patience: TimeAmount
    private let loop: any EventLoop
    /// What has come and is not a whole reply yet.
    private(set) var reader = RESPReader()
    private var batches = CircularBuffer<Batch>()
    private var context: ChannelHandlerContext?
    private var failure: RedisFailure?
    private var isWatched = false
    /// Told of what comes without having been asked for, which only a subscriber may get.
    private let pushed: (@Sendable (RedisReply) -> Void)?

    /// - Parameters:
    ///   - patience: For how long nothing may come while something is awaited; then the connection is given up.
    ///   - pushed: Told of what nobody has asked for; without it, that is no answer of the protocol.
    init(
        to server: RedisAddress, on loop: any EventLoop, patience: Duration,
        pushed: (@Sendable (RedisReply) -> Void)? = nil
    ) {
        (self.server, self.loop, self.patience, self.pushed) = (server, loop, TimeAmount(patience), pushed)
    }

    /// Whether it may be used.
    var isOpen: Bool { failure == nil && context != nil }

    /// Sends commands together; done when each has its reply.
    func send(_ commands: [RedisCommand]) -> EventLoopFuture<[RedisReply]> {
        guard let context, failure == nil else {
            return loop.makeFailedFuture(failure ?? RedisFailure(.unreachable, "no connection"))
        }
        let promise = loop.makePromise(of: [RedisReply].self)
        batches.append(Batch(missing: commands.count, promise: promise, sent: .now()))
        var buffer = context.channel.allocator.buffer(capacity: commands.reduce(0) { $0 + $1.size })
        for command in commands { buffer.write(command) }
        context.writeAndFlush(wrapOutboundOut(buffer)).whenFailure { [self] in fail(RedisFailure($0)) }
        watch()
        return promise.futureResult
    }

    /// Ends the connection, and everything that waits for it.
    func fail(_ failure: RedisFailure) {
        guard self.failure == nil else { return }
        self.failure = failure
        reader = RESPReader()
        while let batch = batches.popFirst() { batch.promise.fail(failure) }
        // Nobody is said goodbye to: a server that does not answer would keep the connection open.
        context?.close(mode: .all, promise: nil)
        context = nil
    }

    /// Gives the connection up when its first commands have waited for too long.
    private func watch() {
        guard !isWatched, let first = batches.first else { return }
        isWatched = true
        loop.assumeIsolated().scheduleTask(deadline: first.sent + patience) { [self] in
            isWatched = false
            guard let first = batches.first else { return }
            if first.sent + patience <= .now() { fail(.late) } else { watch() }
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { fail(RedisFailure(.unreachable, "the connection has ended")) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // With TLS it goes on coming for some seconds, until the server has said goodbye or is not waited for any more.
        guard failure == nil else { return }
        reader.feed(unwrapInboundIn(data).readableBytesView)
        do throws(RESPReader.Malformed) {
            while failure == nil, let reply = try reader.next() { take(reply) }
        } catch {
            fail(RedisFailure(.malformed, error.reason))
        }
    }

    private func take(_ reply: RedisReply) {
        if let pushed, batches.isEmpty || reply.isMessage { return pushed(reply) }
        guard var batch = batches.popFirst() else { return fail(RedisFailure(.malformed, "more than was asked for")) }
        batch.replies.append(reply)
        batch.missing -= 1
        if batch.missing > 0 { batches.prepend(batch) } else { batch.promise.succeed(batch.replies) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(RedisFailure(.unreachable, "the connection has ended"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(RedisFailure(error)) }
}

extension RedisReply {
    /// Whether it is what somebody has published.
    fileprivate var isMessage: Bool { elements?.count == 3 && elements?.first == .bytes(Array("message".utf8)) }
}

extension ByteBuffer {
    /// As an array of values, which is how clients write commands.
    fileprivate mutating func write(_ command: RedisCommand) {
        writeString("*\(command.words.count)\r\n")
        for word in command.words {
            writeString("$\(word.count)\r\n")
            writeBytes(word)
            writeString("\r\n")
        }
    }
}
