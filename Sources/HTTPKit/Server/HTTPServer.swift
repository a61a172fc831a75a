public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
import Locks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Told of every answered request: the route's path (`unknown` if there is none), the status, and the time from the
/// head to the moment when the socket took the answer. Called on the server's event loop, so it must be quick.
public typealias RequestObserver = @Sendable (_ route: String, _ status: Int, _ duration: Duration) -> Void

/// An HTTP/1.1 and 1.0 server for small JSON services.
///
/// One event loop thread reads, refuses and writes, and runs the handlers between their suspensions too, each in a child
/// task of the task that called ``run(onBound:)``. So a handler must not block: what takes long belongs on threads of
/// its own.
public final class HTTPServer: Sendable {
    /// Where to listen, and what cannot change while the server runs.
    public struct Configuration: Sendable {
        /// A name or address to listen on.
        public var host = "127.0.0.1"
        /// A port; 0 takes a free one.
        public var port = 8000
        /// What requests in flight get to end in when the server is shut down; then their handlers are cancelled.
        public var gracePeriod = Duration.seconds(10)

        /// The defaults.
        public init() {}

        /// Where to listen, with the defaults for the rest.
        public init(host: String, port: Int) { (self.host, self.port) = (host, port) }
    }

    private enum State: Sendable {
        case unused
        case running(NIOLoopBound<ServerCore>, any EventLoop)
        case shutDown
    }

    private let configuration: Configuration
    private let router: Router
    private let logger: Logger
    private let finished: RequestObserver?
    private let unserved: UnservedObserver?
    private let state = Mutex(State.unused)

    /// Makes a server; ``run(onBound:)`` starts it.
    ///
    /// - Parameters:
    ///   - finished: Told of every answered request, for metrics.
    ///   - unserved: Told of every connection that was closed before a byte of it was read, for metrics and a log.
    public init(
        configuration: Configuration = Configuration(), router: Router, logger: Logger,
        finished: RequestObserver? = nil, unserved: UnservedObserver? = nil
    ) {
        self.configuration = configuration
        self.router = router
        self.logger = logger
        self.finished = finished
        self.unserved = unserved
    }

    /// Serves until ``shutdown()`` is called or the task is cancelled, ends what is in flight, and returns.
    ///
    /// A shutdown stops accepting, closes idle connections at once, answers what is in flight with `Connection: close`,
    /// and after ``Configuration/gracePeriod`` cancels the handlers that are left and answers 503 for them. Cancelling
    /// the task does the same, but as children of that task the handlers are cancelled at once. Returns when every
    /// handler has ended: one that ignores cancellation holds it up. May be called once.
    ///
    /// - Parameter onBound: Gets the port when the server listens.
    /// - Throws: ``HTTPServerError`` if it cannot listen.
    public func run(onBound: @Sendable (_ port: Int) -> Void = { _ in }) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group.next(), onBound)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// Begins a shutdown; ``run(onBound:)`` returns when it is complete. May be called at any time, from anywhere, and
    /// more than once.
    public func shutdown() {
        state.withLock { state in
            switch state {
            case .unused: state = .shutDown
            case .running(let core, let loop): loop.execute { core.value.drain() }  // locked: the loop lives
            case .shutDown: break
            }
        }
    }

    /// Asks for a page through the listening socket, as any client would: a sign that requests are taken and answered.
    ///
    /// - Parameters:
    ///   - path: A route that is open to everybody and answers GET.
    ///   - limit: How long the answer may take; as long as the event loop hangs, this does not return.
    /// - Returns: Whether the answer was 200. Also true while the server ends, and while as many connections as there may
    ///   be are being served; false before it listens and after it ended.
    /// - Complexity: One connection, some 200 us.
    public func answers(_ path: String, within limit: Duration) async -> Bool {
        let answer: EventLoopFuture<Bool>? = state.withLock { state in
            guard case .running(let core, let loop) = state else { return nil }  // locked: the loop lives
            return loop.flatSubmit { core.value.answers(path, within: limit) }
        }
        return (try? await answer?.get()) ?? false
    }

    private func serve(on loop: any EventLoop, _ onBound: @Sendable (Int) -> Void) async throws {
        let (stream, work) = AsyncStream.makeStream(of: ServerCore.Work.self)
        let core = try await loop.submit { [self] in
            NIOLoopBound(
                ServerCore(
                    router: router, logger: logger, finished: finished, unserved: unserved,
                    gracePeriod: configuration.gracePeriod, maxDescriptors: Self.descriptorLimit(), loop: loop, work: work),
                eventLoop: loop)
        }.get()
        let mayStart = state.withLock { state in
            guard case .unused = state else { return false }
            state = .running(core, loop)
            return true
        }
        guard mayStart else { return try await loop.submit { core.value.drained.succeed() }.get() }
        defer { state.withLock { $0 = .shutDown } }
        let port: Int
        do {
            port = try await listen(core, on: loop)
        } catch {
            try await loop.submit { core.value.drained.succeed() }.get()
            throw HTTPServerError(listeningOn: configuration.host, port: configuration.port, error)
        }
        onBound(port)
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(LoopExecutor(loop)) {
                await withDiscardingTaskGroup { handlers in
                    for await item in stream {
                        switch item {
                        case .call(let call): handlers.addTask { await call.run() }
                        case .cancelAll: handlers.cancelAll()
                        }
                    }
                }
            }
        } onCancel: {
            shutdown()
        }
        try await loop.flatSubmit { core.value.drained.futureResult }.get()
    }

    private func listen(_ core: NIOLoopBound<ServerCore>, on loop: any EventLoop) async throws -> Int {
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, core.value) }
            }
            .bind(host: configuration.host, port: configuration.port).get()
        try await loop.submit { try core.value.listens(listener) }.get()
        return listener.localAddress?.port ?? configuration.port
    }

    /// Prepares an accepted connection; what it throws closes it.
    private static func prepare(_ channel: any Channel, _ core: ServerCore) throws {
        guard let connection = core.makeConnection() else {
            core.unserved(.noRoom)
            throw HTTPServerError("no room for another connection")
        }
        do {
            try setOptions(of: channel)
            let limits = core.router.settings.limits
            var parserLimits = NIOHTTPDecoderLimitConfiguration()
            parserLimits.maxHeaderFieldSize = limits.maxHeadBytes
            parserLimits.maxHeaderListSize = limits.maxHeadBytes
            parserLimits.maxHeaderFieldCount = limits.maxFields
            let parser = HTTPRequestDecoder(limitConfiguration: parserLimits)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(ArrivalWatch(connection))
            // The parser does not count the blanks before a value; they stay in its buffer.
            try pipeline.addHandler(ByteToMessageHandler(parser, maximumBufferSize: limits.maxHeadBytes + 1024))
            try pipeline.addHandler(connection)
        } catch {
            core.closed(connection)
            core.unserved(.notPrepared(reason: "\(error)"))
            throw HTTPServerError("a connection could not be prepared: \(error)")
        }
    }

    private static func setOptions(of channel: any Channel) throws {
        guard let options = channel.syncOptions else { throw HTTPServerError("the channel takes no options") }
        if channel.remoteAddress?.ipAddress != nil { try options.setOption(.tcpOption(.tcp_nodelay), value: 1) }
        try options.setOption(.autoRead, value: false)
        try options.setOption(.allowRemoteHalfClosure, value: true)
        try options.setOption(.maxMessagesPerRead, value: 1)
        try options.setOption(
            .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16_384))
    }

    /// How many file descriptors the process may open.
    private static func descriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
