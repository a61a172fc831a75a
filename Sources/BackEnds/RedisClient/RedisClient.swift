package import AppPasswordCore
package import AuditCore
internal import Locks
internal import NIOCore
internal import NIOPosix

/// Speaks to Redis, KeyDB or Valkey: to one server, to the first of several that takes changes, or to the one that sentinels
/// name.
///
/// Everything goes over one connection, on which what comes together is sent together. No thread waits; a call waits no longer
/// than ``Configuration/timeout``. While the server is dead or frozen, calls fail at once but for one that tries again after each
/// pause.
package final class RedisClient: Sendable {
    /// How to reach the server.
    package struct Configuration: Sendable, Equatable {
        /// The servers, in the order in which they are tried; with ``sentinel`` these are sentinels, which are asked at once.
        package var servers: [RedisAddress] = [.tcp(host: "localhost", port: 6379)]
        /// What sentinels call the servers that are meant; nil: there are no sentinels.
        package var sentinel: String?
        /// How to log in.
        package var credentials = Credentials()
        /// How to log in at sentinels.
        package var sentinelCredentials = Credentials()
        /// nil: without TLS. A Unix socket has none.
        package var tls: TLS?
        /// What a call waits at most, connecting included.
        package var timeout: Duration = .milliseconds(250)
        /// For how long a connection may be made, or have an answer outstanding, before it is given up; calls have long gone then.
        package var patience: Duration = .seconds(1)
        /// Calls that may wait for an answer; one more is refused as overloaded.
        package var queueLimit = 256
        /// What these may have sent, in bytes.
        package var queueBytes = 8 << 20
        /// The pause after a failure.
        package var firstPause: Duration = .milliseconds(500)
        /// What that grows to.
        package var longestPause: Duration = .seconds(8)

        /// Makes a configuration with the defaults.
        package init() {}
    }

    /// A user and its password.
    package struct Credentials: Sendable, Equatable {
        /// Empty: the server's default user.
        package var user = ""
        /// Empty: nobody logs in.
        package var password = Secret("")

        /// Nobody.
        package init() {}
    }

    /// Whose certificates are taken, and our own: PEM files.
    package struct TLS: Sendable, Equatable {
        /// Authorities that the server's certificate is checked against; nil: the system's.
        package var authority: String?
        /// Our certificate; nil: none is shown.
        package var certificate: String?
        /// Its key.
        package var key: String?

        /// The system's authorities, and no certificate.
        package init() {}
    }

    private let link: RedisLink
    let connector: RedisConnector
    let loop: any EventLoop
    private let circuit: Circuit
    private let timeout: Duration

    /// Makes a client; connects when it is first asked.
    package convenience init(_ configuration: Configuration) { self.init(configuration, resolver: nil) }

    /// - Parameter resolver: Makes who says what addresses a name has; nil: the system.
    init(_ configuration: Configuration, resolver: RedisConnector.ResolverMaker?) {
        timeout = configuration.timeout
        circuit = Circuit(firstPause: configuration.firstPause, longestPause: configuration.longestPause)
        loop = MultiThreadedEventLoopGroup.singleton.next()
        connector = RedisConnector(configuration, resolver: resolver)
        link = RedisLink(
            connector, on: loop, mostCalls: configuration.queueLimit, mostBytes: configuration.queueBytes)
    }

    deinit { loop.execute { [link] in link.close() } }

    /// Sends commands together, which may all be repeated, and waits for the reply of each.
    ///
    /// The loop that the answer comes on also counts the time: where it has too much to do, that adds to the timeout.
    ///
    /// - Returns: As many replies as commands; an error is one, but for those that say that the server is of no use now.
    /// - Throws: ``LookupError``, without anything that was sent.
    /// - Complexity: One round trip.
    package func send(_ commands: [RedisCommand]) async throws(LookupError) -> [RedisReply] {
        guard !commands.isEmpty else { return [] }
        // Known to be in trouble: others are trying, this call does not wait.
        let start = ContinuousClock.now
        guard circuit.admits(at: start) else { throw LookupError(.unreachable, detail: "redis: failed a moment ago") }
        let promise = loop.makePromise(of: [RedisReply].self)
        // What the loop takes to begin is of the time.
        let end = NIODeadline.now() + TimeAmount(timeout)
        loop.execute { [loop, link] in
            let timer = loop.assumeIsolated().scheduleTask(deadline: end) { promise.fail(RedisFailure.late) }
            promise.futureResult.assumeIsolated().whenComplete { _ in timer.cancel() }
            link.send(commands, mayRepeat: true, isAwaited: true, promise)
        }
        do {
            let replies = try await promise.futureResult.get()
            circuit.succeeded(at: .now)
            return replies
        } catch {
            let failure = RedisFailure(error)
            if failure.isLost { circuit.failed(at: .now, begunAt: start) }
            throw failure.error
        }
    }

    /// Connects, so that who asks first need not wait for that; does not wait.
    package func connect() { loop.execute { [link] in link.connect() } }

    /// Sends commands together without waiting for their replies; nobody hears of what does not arrive. They have the first half
    /// of the queue: the other is for calls that somebody waits for.
    ///
    /// - Parameter mayRepeat: Whether they may be run twice, where a connection is lost before the answer has come.
    package func post(_ commands: [RedisCommand], mayRepeat: Bool) {
        let start = ContinuousClock.now
        guard !commands.isEmpty, circuit.admits(at: start) else { return }
        let promise = loop.makePromise(of: [RedisReply].self)
        promise.futureResult.whenComplete { [circuit, timeout] result in
            switch result {
            // An answer that comes later than anybody would have waited for it does not say that all is well.
            case .success: if .now - start <= timeout { circuit.succeeded(at: .now) }
            case .failure(let error): if RedisFailure(error).isLost { circuit.failed(at: .now, begunAt: start) }
            }
        }
        loop.execute { [link] in link.send(commands, mayRepeat: mayRepeat, isAwaited: false, promise) }
    }

    /// Asks the server for a sign of life.
    package func ping() async throws(LookupError) {
        if case .error(let word) = try await send([RedisCommand("PING")]).first {
            throw LookupError(.unreachable, detail: "redis: \(word)")
        }
    }
}
