internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

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
    let loop: any EventLoop
    private let work: AsyncStream<Work>.Continuation
    private let gracePeriod: Duration
    private let maxDescriptors: Int
    /// Succeeds when a shutdown has ended.
    let drained: EventLoopPromise<Void>

    private var connections: [ObjectIdentifier: Connection] = [:]
    private var inFlight = 0
    private var running = 0
    private var listeners: [OpenListener] = []
    private var isListening = false
    /// Ports from which questions of our own come that have no certificate to show.
    private var questionPorts: Set<Int> = []
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
        // Taken in the moment of a shutdown, before its listener was closed: it is answered, too.
        if isDraining { connection.drain() }
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

    /// Asks for a page through every listener; see ``HTTPServer/answers(_:within:)``.
    func answers(_ path: String, within limit: Duration) -> EventLoopFuture<HTTPServer.SelfAnswers> {
        if isDraining { return loop.makeSucceededFuture(.all) }
        // A question of ours would find no room either; that every connection is being served is sign enough.
        if hasAllConnections, connections.values.allSatisfy({ $0.waitingSince == nil }) {
            return loop.makeSucceededFuture(.all)
        }
        guard isListening else { return loop.makeSucceededFuture(.none) }
        let asked = listeners.map { ask($0, path, within: limit) }
        return EventLoopFuture.reduce(0, asked, on: loop) { $0 + ($1 ? 1 : 0) }
            .map { $0 == 0 ? .none : $0 == asked.count ? .all : .some }
    }

    private func ask(_ listener: OpenListener, _ path: String, within limit: Duration) -> EventLoopFuture<Bool> {
        guard let address = listener.reachable else { return loop.makeSucceededFuture(false) }
        let tls = listener.tls
        let answered = loop.makePromise(of: Bool.self)
        let isolated = loop.assumeIsolated()
        let timer = isolated.scheduleTask(in: TimeAmount(limit)) { answered.succeed(false) }
        let channel = ClientBootstrap(group: loop).connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if tls != nil {
                        let context = try ServerTLS.questionContext()
                        try pipeline.addHandler(try NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                    let isAnonymous = tls?.asksForCertificates ?? false
                    try pipeline.addHandler(SelfProbe(path: path, endsWithHandshake: isAnonymous, answered: answered))
                }
            }
            .connect(to: address)
        channel.whenFailure { _ in answered.succeed(false) }
        let core = NIOLoopBound(self, eventLoop: loop)
        if tls?.asksForCertificates == true {
            channel.whenSuccess { channel in
                guard let port = channel.localAddress?.port else { return }
                core.value.questionPorts.insert(port)
                answered.futureResult.whenComplete { _ in _ = core.value.questionPorts.remove(port) }
            }
        }
        answered.futureResult.whenComplete { _ in
            timer.cancel()
            channel.whenSuccess { $0.close(promise: nil as EventLoopPromise<Void>?) }
        }
        return answered.futureResult
    }

    /// Whether a client is a question of our own, that has no certificate to show.
    func isOwnQuestion(from address: SocketAddress?) -> Bool {
        address?.port.map { questionPorts.contains($0) } ?? false
    }

    // MARK: Shutdown

    /// From here on, shutting down closes `listener`.
    func opened(_ listener: OpenListener) throws {
        listeners.append(listener)
        try listener.channel.pipeline.syncOperations.addHandler(AcceptErrors(self))
        if isDraining { listener.close() }
    }

    /// All listeners are open.
    func listens() {
        isListening = true
        if isDraining { drainConnections() }
    }

    /// Takes no more connections.
    func closeListeners() {
        for listener in listeners { listener.close() }
        listeners = []
    }

    /// Stops accepting, leaves what is idle ``HTTPLimits/lastCall``, and gives the rest the grace period.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        closeListeners()
        if isListening { drainConnections() }
    }

    private func drainConnections() {
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
        guard isDraining, isListening, connections.isEmpty, running == 0 || graceIsOver, !hasEnded else { return }
        hasEnded = true
        work.finish()
        drained.succeed()
    }
}
