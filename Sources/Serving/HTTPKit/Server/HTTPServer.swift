public import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
import Locks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Told of every answered request: the route's path (`unknown` if there is none), the status, and the time from the
/// head to the moment when the socket took the answer. Called on the server's event loop, so it must be quick.
package typealias RequestObserver = @Sendable (_ route: String, _ status: Int, _ duration: Duration) -> Void

/// An HTTP/1.1 and 1.0 server for small JSON services.
///
/// One event loop thread reads, refuses and writes, and runs the handlers between their suspensions too, each in a child
/// task of the task that called ``run(onBound:)``. So a handler must not block: what takes long belongs on threads of
/// its own.
public final class HTTPServer: Sendable {
    /// Where to listen, and what cannot change while the server runs.
    public struct Configuration: Sendable {
        /// Where to listen; all are one server, with the same routes, limits and counts.
        package var listeners: [Listener]
        /// What requests in flight get to end in when the server is shut down; then their handlers are cancelled.
        public var gracePeriod = Duration.seconds(10)
        /// Keeps the TCP sockets whose port is named; nil: they end with the server.
        package var keeper: (any SocketKeeper)?

        /// A server that listens at these places, with the defaults for the rest.
        public init(_ listeners: [Listener] = [Listener(.tcp(host: "127.0.0.1", port: 8000))]) {
            self.listeners = listeners
        }

        /// A server that listens on one port, with the defaults for the rest.
        package init(host: String, port: Int) { self.init([Listener(.tcp(host: host, port: port))]) }
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

    /// A server that is started by ``run(onBound:)``.
    public convenience init(configuration: Configuration = Configuration(), router: Router, logger: Logger) {
        self.init(configuration: configuration, router: router, logger: logger, finished: nil, unserved: nil)
    }

    /// A server that tells of what it does.
    ///
    /// - Parameters:
    ///   - finished: Told of every answered request, for metrics.
    ///   - unserved: Told of every connection that was closed before a byte of it was read, for metrics and a log.
    package init(
        configuration: Configuration = Configuration(), router: Router, logger: Logger,
        finished: RequestObserver?, unserved: UnservedObserver? = nil
    ) {
        self.configuration = configuration
        self.router = router
        self.logger = logger
        self.finished = finished
        self.unserved = unserved
    }

    /// Serves until ``shutdown()`` is called or the task is cancelled, ends what is in flight, and returns.
    ///
    /// A shutdown stops accepting, closes idle connections after 0.2 s (a request may be on its way), answers what is in
    /// flight with `Connection: close`, and after ``Configuration/gracePeriod`` cancels the handlers that are left and
    /// answers 503 for them. Cancelling the task does the same, but as children of that task the handlers are cancelled at
    /// once. Returns when every handler has ended: one that ignores cancellation holds it up. May be called once.
    ///
    /// - Parameter onBound: Gets the places when the server listens at all of them, with the ports that were taken.
    /// - Throws: ``HTTPServerError`` if it cannot listen at one of them; then it listens at none.
    public func run(onBound: @Sendable (_ addresses: [ListenAddress]) -> Void = { _ in }) async throws {
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

    /// Through how many of its listening sockets a server answers its own question.
    package enum SelfAnswers: Sendable, Equatable {
        /// Through none.
        case none
        /// Through some, not through others: a Unix socket's file is gone, an address has moved away.
        case some
        /// Through each.
        case all
    }

    /// Asks for a page through each listening socket, as any client would: a sign that requests are taken and answered.
    ///
    /// - Parameters:
    ///   - path: A route that is open to everybody and answers GET.
    ///   - limit: How long the answer may take; as long as the event loop hangs, this does not return.
    /// - Returns: Where the answer was 200. Also ``SelfAnswers/all`` while the server ends, and while as many connections as
    ///   there may be are being served; ``SelfAnswers/none`` before it listens and after it ended.
    /// - Complexity: One connection to each, some 200 us.
    package func answers(_ path: String, within limit: Duration) async -> SelfAnswers {
        let answer: EventLoopFuture<SelfAnswers>? = state.withLock { state in
            guard case .running(let core, let loop) = state else { return nil }  // locked: the loop lives
            return loop.flatSubmit { core.value.answers(path, within: limit) }
        }
        return (try? await answer?.get()) ?? .none
    }

    private func serve(on loop: any EventLoop, _ onBound: @Sendable ([ListenAddress]) -> Void) async throws {
        let (stream, work) = AsyncStream.makeStream(of: ServerCore.Work.self)
        let core = try await loop.submit { [self] in
            NIOLoopBound(
                ServerCore(
                    router: router, logger: logger, finished: finished, unserved: unserved,
                    gracePeriod: configuration.gracePeriod, maxDescriptors: Self.descriptorLimit(), loop: loop,
                    work: work),
                eventLoop: loop)
        }.get()
        let mayStart = state.withLock { state in
            guard case .unused = state else { return false }
            state = .running(core, loop)
            return true
        }
        guard mayStart else { return try await loop.submit { core.value.drained.succeed() }.get() }
        defer { state.withLock { $0 = .shutDown } }
        do {
            onBound(try await listen(core, on: loop))
        } catch {
            try await loop.submit { core.value.drained.succeed() }.get()
            throw error
        }
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

    /// Listens at every place, or at none.
    private func listen(
        _ core: NIOLoopBound<ServerCore>, on loop: any EventLoop
    ) async throws(HTTPServerError) -> [ListenAddress] {
        // Each name is asked for once: it may stand for another address a moment later.
        let places = configuration.listeners.map { ListeningPlace($0.address) }
        // What is kept for a place that was taken from the settings may be in the way of another.
        let isClearing = configuration.keeper?.restrict(to: Set(places.compactMap(\.kept))) ?? false
        var addresses: [ListenAddress] = []
        for (listener, place) in zip(configuration.listeners, places) {
            do {
                addresses.append(try await listen(listener, place, isClearing: isClearing, core, on: loop))
            } catch {
                try? await loop.submit { core.value.closeListeners() }.get()
                throw HTTPServerError(listeningOn: listener.address, error)
            }
        }
        try? await loop.submit { core.value.listens() }.get()
        return addresses
    }

    private func listen(
        _ listener: Listener, _ place: ListeningPlace, isClearing: Bool, _ core: NIOLoopBound<ServerCore>,
        on loop: any EventLoop
    ) async throws -> ListenAddress {
        let bootstrap = ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: ListenQueue.length)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, core.value, listener.tls) }
            }
        let (channel, address, file): (any Channel, ListenAddress, UnixSocketFile?)
        switch listener.address {
        case .tcp(let host, let port):
            channel = try await listen(
                host, port, place, isClearing: isClearing,
                bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1))
            (address, file) = (.tcp(host: host, port: channel.localAddress?.port ?? port), nil)
        case .unix(let path, let mode, let group):
            let socket = try UnixSocketFile.listening(at: path, mode: mode, group: group)
            do {
                channel = try await listen(at: socket.descriptor, bootstrap)
            } catch {
                socket.file.remove()
                throw error
            }
            (address, file) = (listener.address, socket.file)
        }
        let open = OpenListener(address: address, channel: channel, file: file, tls: listener.tls)
        try await loop.submit { try core.value.opened(open) }.get()
        return address
    }

    /// Listens at a TCP port, with the socket that was kept for it if there is one.
    private func listen(
        _ host: String, _ port: Int, _ place: ListeningPlace, isClearing: Bool, _ bootstrap: ServerBootstrap
    ) async throws -> any Channel {
        guard let address = place.address else { return try await bootstrap.bind(host: host, port: port).get() }
        guard let keeper = configuration.keeper, let kept = place.kept else {
            return try await bootstrap.bind(to: address).get()
        }
        let channel: any Channel
        if let descriptor = keeper.take(kept) {
            channel = try await listen(at: descriptor, bootstrap)
        } else {
            channel = try await bind(bootstrap, to: address, isClearing: isClearing)
        }
        try await withDescriptor(of: channel) { keeper.keep($0, at: kept) }
        return channel
    }

    /// Takes a socket that listens already; NIO gives it a short queue.
    private func listen(at descriptor: CInt, _ bootstrap: ServerBootstrap) async throws -> any Channel {
        let channel = try await bootstrap.withBoundSocket(descriptor).get()
        try await withDescriptor(of: channel) { ListenQueue.lengthen($0) }
        return channel
    }

    private func withDescriptor(of channel: any Channel, _ use: @escaping @Sendable (CInt) -> Void) async throws {
        try await channel.eventLoop.submit {
            _ = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { use($0) }
        }.get()
    }

    /// Binds; where another socket has just been let go, it may be in the way for up to a second more.
    private func bind(
        _ bootstrap: ServerBootstrap, to address: SocketAddress, isClearing: Bool
    ) async throws -> any Channel {
        for _ in 0..<(isClearing ? 20 : 0) {
            do {
                return try await bootstrap.bind(to: address).get()
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return try await bootstrap.bind(to: address).get()
    }

    /// Prepares an accepted connection; what it throws closes it.
    private static func prepare(_ channel: any Channel, _ core: ServerCore, _ tls: ServerTLS?) throws {
        guard let connection = core.makeConnection() else {
            core.unserved(.noRoom)
            throw HTTPServerError("no room for another connection")
        }
        do {
            try setOptions(of: channel)
            let limits = core.router.settings.limits
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                let transport = TLSTransport()
                connection.transport = transport
                try pipeline.addHandler(transport)
                try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
                try pipeline.addHandler(HandshakeWatch(core, connection, deadline: limits.handshakeDeadline))
            }
            try pipeline.addHandler(ArrivalWatch(connection))
            try pipeline.addHandler(RequestParser.handler(limits))
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
