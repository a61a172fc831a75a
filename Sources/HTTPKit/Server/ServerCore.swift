internal import Logging
internal import NIOCore
internal import NIOPosix

/// What the connections of a server share: counts, bounds, and the way to the handlers. Used on the event loop only.
final class ServerCore {
    /// What the event loop asks of the task that runs the handlers.
    enum Work: Sendable {
        case call(Call)
        case cancelAll
    }

    let router: Router
    let logger: Logger
    let finished: RequestObserver?
    private let tellUnserved: UnservedObserver?
    private let loop: any EventLoop
    private let work: AsyncStream<Work>.Continuation
    private let gracePeriod: Duration
    private let maxDescriptors: Int
    /// Succeeds when a shutdown has ended.
    let drained: EventLoopPromise<Void>

    private var connections: [ObjectIdentifier: Connection] = [:]
    private var inFlight = 0
    private var running = 0
    private var listener: (any Channel)?
    private(set) var isDraining = false
    private var graceIsOver = false
    private var hasEnded = false

    init(
        router: Router, logger: Logger, finished: RequestObserver?, unserved: UnservedObserver?, gracePeriod: Duration,
        maxDescriptors: Int, loop: any EventLoop, work: AsyncStream<Work>.Continuation
    ) {
        self.router = router
        self.logger = logger
        self.finished = finished
        tellUnserved = unserved
        self.gracePeriod = gracePeriod
        self.maxDescriptors = maxDescriptors
        self.loop = loop
        self.work = work
        drained = loop.makePromise()
    }

    // MARK: Connections

    /// Takes a new connection in; past the bound, the one that has waited longest for its client goes.
    ///
    /// - Returns: nil if there is no room because every connection is being served.
    /// - Complexity: Linear in the number of connections once the bound is reached.
    func makeConnection() -> Connection? {
        guard !isDraining else { return nil }
        if hasAllConnections {
            let waiting = connections.values.filter { $0.waitingSince != nil }
            guard let longest = waiting.min(by: { ($0.waitingSince ?? .now()) < ($1.waitingSince ?? .now()) }) else {
                return nil
            }
            connections[ObjectIdentifier(longest)] = nil
            longest.close()
        }
        let connection = Connection(self)
        connections[ObjectIdentifier(connection)] = connection
        return connection
    }

    /// As many as there may be.
    private var hasAllConnections: Bool {
        connections.count >= min(router.settings.limits.maxConnections, maxDescriptors / 2)
    }

    /// A connection was closed before a byte of it was read.
    func unserved(_ reason: UnservedConnection) { tellUnserved?(reason) }

    /// A connection has ended.
    func closed(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        endIfDrained()
    }

    // MARK: Handlers

    /// Whether a request of this route may start now.
    func hasRoom(for route: Route, _ limits: HTTPLimits) -> Bool {
        route.load == .exempt || inFlight < limits.maxInFlight
    }

    /// A request takes its place among those in flight: from its head to the end of its handler.
    func enter(_ load: Route.Load) { if load == .counted { inFlight += 1 } }

    /// It leaves before it came to a handler.
    func leave(_ load: Route.Load) { if load == .counted { inFlight -= 1 } }

    /// Hands a request to the handlers, with the place it has.
    ///
    /// - Returns: false if the handlers take no more because the server's task was cancelled.
    func start(_ call: Call) -> Bool {
        guard case .enqueued = work.yield(.call(call)) else { return false }
        running += 1
        return true
    }

    /// A handler has ended.
    func ended(_ load: Route.Load) {
        running -= 1
        leave(load)
        endIfDrained()
    }

    // MARK: Listening

    /// Asks for a page through the listener; see ``HTTPServer/answers(_:within:)``.
    func answers(_ path: String, within limit: Duration) -> EventLoopFuture<Bool> {
        if isDraining { return loop.makeSucceededFuture(true) }
        // A question of ours would find no room either; that every connection is being served is sign enough.
        if hasAllConnections, connections.values.allSatisfy({ $0.waitingSince == nil }) {
            return loop.makeSucceededFuture(true)
        }
        guard let address = listener?.localAddress?.reachable else { return loop.makeSucceededFuture(false) }
        let answered = loop.makePromise(of: Bool.self)
        let isolated = loop.assumeIsolated()
        let timer = isolated.scheduleTask(in: TimeAmount(limit)) { answered.succeed(false) }
        let channel = ClientBootstrap(group: loop).connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SelfProbe(path: path, answered: answered))
                }
            }
            .connect(to: address)
        channel.whenFailure { _ in answered.succeed(false) }
        answered.futureResult.whenComplete { _ in
            timer.cancel()
            channel.whenSuccess { $0.close(promise: nil as EventLoopPromise<Void>?) }
        }
        return answered.futureResult
    }

    // MARK: Shutdown

    /// From here on, shutting down closes `listener`.
    func listens(_ listener: any Channel) throws {
        self.listener = listener
        try listener.pipeline.syncOperations.addHandler(AcceptErrors(self))
        if isDraining { drainConnections() }
    }

    /// Stops accepting, closes what is idle, and gives the rest the grace period.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        if listener != nil { drainConnections() }
    }

    private func drainConnections() {
        listener?.close(promise: nil)
        for connection in Array(connections.values) { connection.drain() }
        let isolated = loop.assumeIsolated()
        isolated.scheduleTask(in: TimeAmount(gracePeriod)) { self.endGrace() }
        isolated.scheduleTask(in: TimeAmount(gracePeriod + .seconds(1))) {
            for connection in Array(self.connections.values) { connection.close() }
        }
        endIfDrained()
    }

    private func endGrace() {
        graceIsOver = true
        work.yield(.cancelAll)
        for connection in Array(connections.values) { connection.giveUp() }
        endIfDrained()
    }

    private func endIfDrained() {
        guard isDraining, connections.isEmpty, running == 0 || graceIsOver, !hasEnded else { return }
        hasEnded = true
        work.finish()
        drained.succeed()
    }
}

extension SocketAddress {
    /// Where a client on this machine reaches a listener on this address: loopback for "every address".
    fileprivate var reachable: SocketAddress? {
        switch ipAddress {
        case "0.0.0.0": try? SocketAddress(ipAddress: "127.0.0.1", port: port ?? 0)
        case "::": try? SocketAddress(ipAddress: "::1", port: port ?? 0)
        default: self
        }
    }
}
