internal import AsyncHTTPClient
internal import AuditCore
internal import ConnectionWords
internal import Foundation
internal import Locks
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Gets documents over HTTP and HTTPS, one request at a time, redirects left to the caller.
///
/// Certificates are checked against the system's store. Connections are kept for a minute, eight to a server at most;
/// no proxy, no compression, no cookies, no HTTP/2.
final class HTTPGetter: Sendable {
    /// One answer.
    struct Reply: Sendable {
        /// 200 and so on.
        var status: Int
        /// Of a redirect: where it points, as written.
        var location: String?
        /// How long the server wants to be left alone, if it said.
        var retryAfter: Duration?
        /// Of a 200: the document.
        var body: [UInt8] = []
    }

    private let client: HTTPClient
    private let userAgent: String
    private let now: @Sendable () -> Timestamp
    private let isShutDown = Mutex(false)

    /// - Parameters:
    ///   - userAgent: Visible ASCII and blanks.
    ///   - now: For dates that servers send.
    init(userAgent: String, now: @escaping @Sendable () -> Timestamp) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(10)  // callers have deadlines of their own
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        self.userAgent = userAgent
        self.now = now
    }

    deinit { shutDown {} }

    /// Gets a document.
    ///
    /// Once more, on another connection, if the server closed the first without a word: it may have been a kept one
    /// that had timed out there.
    ///
    /// - Parameters:
    ///   - limit: How many bytes a document may have; the rest of a longer one is not read.
    /// - Throws: ``LookupError`` with `unreachable`, `malformed` (no HTTP, too long, ends early) or, when the task is
    ///   cancelled, at once with `timedOut`.
    func get(_ url: URL, accepting types: String, limit: Int) async throws(LookupError) -> Reply {
        do {
            var request = HTTPClientRequest(url: url.absoluteString)
            request.headers = ["Accept": types, "User-Agent": userAgent]
            let response: HTTPClientResponse
            do {
                response = try await client.execute(request, deadline: .distantFuture)
            } catch let failure where Self.isClosed(failure) && !Task.isCancelled {
                response = try await client.execute(request, deadline: .distantFuture)
            }
            return try await read(response, limit: limit)
        } catch let error as LookupError {
            throw error
        } catch {
            throw Self.error(error)
        }
    }

    /// Reads what is wanted of a response; what is not read closes its connection.
    private func read(_ response: HTTPClientResponse, limit: Int) async throws -> Reply {
        let headers = response.headers
        var reply = Reply(status: Int(response.status.code), location: headers.first(name: "location"))
        reply.retryAfter = headers.first(name: "retry-after").flatMap {
            RetryAfter.read($0, date: headers.first(name: "date"), now: now())
        }
        guard reply.status == 200 else { return reply }
        if let length = headers.first(name: "content-length").flatMap(Int.init), length > limit { throw Self.tooLong }
        for try await chunk in response.body {
            guard reply.body.count + chunk.readableBytes <= limit else { throw Self.tooLong }
            reply.body.append(contentsOf: chunk.readableBytesView)
        }
        return reply
    }

    private static var tooLong: LookupError { LookupError(.malformed, detail: "too long") }

    /// Whether a connection ended before an answer came.
    private static func isClosed(_ error: any Error) -> Bool {
        if let error = error as? IOError { return error.errnoCode == ECONNRESET || error.errnoCode == EPIPE }
        if let error = error as? ChannelError { return [.ioOnClosedChannel, .alreadyClosed, .eof].contains(error) }
        return error as? HTTPClientError == .remoteConnectionClosed
    }

    private static func error(_ error: any Error) -> LookupError {
        if error is CancellationError || error as? HTTPClientError == .cancelled {
            return LookupError(.timedOut, detail: "cancelled")
        }
        return LookupError(error is HTTPParserError ? .malformed : .unreachable, detail: ConnectionTrouble.words(error))
    }

    /// Ends all connections and what is under way on them; calls back when that is done, or at once the second time.
    func shutDown(_ done: @escaping @Sendable () -> Void) {
        let isFirst = isShutDown.withLock { isShutDown in
            defer { isShutDown = true }
            return !isShutDown
        }
        guard isFirst else { return done() }
        client.shutdown { _ in done() }
    }
}
