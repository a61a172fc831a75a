internal import AuditCore
internal import NIOCore

/// The connection in use: made when it is first needed, made anew when it was lost.
///
/// `@unchecked Sendable`: everything here happens on one event loop.
final class RedisLink: @unchecked Sendable {
    private enum State {
        case none
        case opening(EventLoopFuture<RedisConnection>)
        case open(RedisConnection)
        case closed
    }

    private let loop: any EventLoop
    private let connector: RedisConnector
    private let mostCalls: Int
    private let mostBytes: Int
    private var state = State.none
    /// What has been sent or waits for the connection, and is not answered.
    private var (calls, bytes) = (0, 0)

    /// - Parameters:
    ///   - mostCalls: Calls that may wait for an answer.
    ///   - mostBytes: What these may have sent.
    init(_ connector: RedisConnector, on loop: any EventLoop, mostCalls: Int, mostBytes: Int) {
        (self.connector, self.loop) = (connector, loop)
        (self.mostCalls, self.mostBytes) = (mostCalls, mostBytes)
    }

    /// Sends commands together; once more on a fresh connection if an old one turns out to have been closed meanwhile, or to
    /// lead to a server that takes no changes any more.
    ///
    /// - Parameters:
    ///   - mayRepeat: Whether they may: it may have run them before it was lost.
    ///   - isAwaited: Whether somebody waits for the replies; for what nobody does there is half of the room.
    func send(
        _ commands: [RedisCommand], mayRepeat: Bool, isAwaited: Bool, _ promise: EventLoopPromise<[RedisReply]>
    ) {
        let size = commands.reduce(0) { $0 + $1.size }
        let room = isAwaited ? (calls: mostCalls, bytes: mostBytes) : (calls: mostCalls / 2, bytes: mostBytes / 2)
        guard calls < room.calls, bytes + size <= room.bytes || calls == 0 else {
            return promise.fail(RedisFailure(.overloaded, isLost: false))
        }
        (calls, bytes) = (calls + 1, bytes + size)
        let wasOpen = if case .open(let connection) = state { connection.isOpen } else { false }
        attempt(commands).flatMapError { [self] error in
            guard wasOpen, mayRepeat, RedisFailure(error).isWorthAnother else { return loop.makeFailedFuture(error) }
            return attempt(commands)
        }.whenComplete { [self] result in
            (calls, bytes) = (calls - 1, bytes - size)
            promise.completeWith(result)
        }
    }

    private func attempt(_ commands: [RedisCommand]) -> EventLoopFuture<[RedisReply]> {
        connection().flatMap { connection in
            connection.send(commands).flatMapThrowing { replies in
                if let failure = RedisFailure.ofNoUse(replies) {
                    connection.fail(failure)
                    throw failure
                }
                return replies
            }
        }
    }

    private func connection() -> EventLoopFuture<RedisConnection> {
        switch state {
        case .open(let connection) where connection.isOpen: return loop.makeSucceededFuture(connection)
        case .opening(let future): return future
        case .closed: return loop.makeFailedFuture(RedisFailure(.unreachable, "closed", isLost: false))
        case .open, .none: break
        }
        let future = connector.connect(on: loop)
        state = .opening(future)
        future.whenComplete { [self] result in
            switch (state, result) {
            case (.closed, .success(let connection)): connection.fail(RedisFailure(.unreachable, "closed"))
            case (.closed, .failure): break
            case (_, .success(let connection)): state = .open(connection)
            case (_, .failure): state = .none
            }
        }
        return future
    }

    /// Makes a connection, if there is none.
    func connect() { _ = connection() }

    /// Ends the connection, also one that is being made; there is no other after it.
    func close() {
        let last = state
        state = .closed
        if case .open(let connection) = last { connection.fail(RedisFailure(.unreachable, "closed")) }
    }
}
