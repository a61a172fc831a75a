internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// One client's connection on the event loop: tells a ``ConnectionMachine`` what happens, and does what it says.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let core: ServerCore
    var transport: TLSTransport?  // what is below TLS, where there is TLS
    private var context: ChannelHandlerContext?
    private lazy var remoteAddress = context?.remoteAddress?.ipAddress
    private var timer: LazyTimer?
    private var machine: ConnectionMachine
    private var isPerforming = false
    /// When the client's turn began; nil while it is ours.
    private(set) var waitingSince: NIODeadline? = .now()

    /// Of the request at hand: the route's path for observers, when it began, its handler.
    private var label = Router.unknownLabel
    private var started = ContinuousClock.now
    private var call: Call?

    init(_ core: ServerCore) {
        self.core = core
        machine = ConnectionMachine(limits: core.router.settings.limits)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = LazyTimer(context.eventLoop) {
            self.machine.deadlineReached()
            self.perform()
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        machine.opened()
        perform()
    }

    /// - Returns: Whether the parser is to see the bytes.
    func bytesArrived() -> Bool {
        defer { perform() }
        return machine.bytesArrived()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): machine.parsed(.head(head))
        case .body(let bytes): machine.parsed(.body(bytes))
        case .end: machine.parsed(.end)
        }
        perform()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        machine.readCompleted()
        perform()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch RequestParser.Fault(error) {
        case .problem(let problem): machine.parsed(.failure(problem))
        case .repetition: break
        case .none:
            core.logger.debug("connection failed", metadata: ["error": "\(error)"])
            machine.close()
        }
        perform()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else { return }
        machine.inputClosed()
        perform()
    }

    /// Called however the channel ends, also before it was active.
    func handlerRemoved(context: ChannelHandlerContext) {
        machine.gone()
        perform()
        timer?.stop()
        timer = nil
        (self.context, transport) = (nil, nil)
        core.closed(self)
    }

    // MARK: From the server

    /// The next answer is the last; an idle connection does not wait for a request much longer.
    func drain() {
        machine.drain()
        perform()
    }

    /// The grace period is over: 503 for the request at hand.
    func giveUp() {
        machine.giveUp()
        perform()
    }

    /// Closes at once.
    func close() {
        machine.close()
        perform()
    }

    // MARK: Actions

    /// Does what is to be done. What an action brings about at once, as a write that succeeds does, is told to the
    /// machine in between, and done here, after what was there before.
    private func perform() {
        guard !isPerforming else { return }
        isPerforming = true
        defer { isPerforming = false }
        while let action = machine.next() { perform(action) }
    }

    private func perform(_ action: ConnectionAction) {
        switch action {
        case .judge(let head): judge(head)
        case .begin: (label, started) = (Router.unknownLabel, .now)
        case .enter(let load): core.enter(load)
        case .leave(let load): core.leave(load)
        case .wait(let duration, let turn):
            waitingSince = turn == .client ? .now() : nil
            timer?.set(after: duration)
        case .sendInterimAnswer:
            guard let context else { return }
            var buffer = context.channel.allocator.buffer(capacity: 32)
            buffer.writeStaticString(ResponseEncoder.interimAnswer)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        case .serve(let number): serve(number)
        case .cancelHandler:
            call?.cancel()
            call = nil
        case .send(let response, let field, let omitsBody): send(response, field, omitsBody: omitsBody)
        case .finish(let status, let afterSending):
            call = nil
            afterSending?()
            core.finished?(label, status, .now - started)
        case .discard(let response): response.afterSending?()
        case .read: context?.read()
        case .closeOutput: context?.close(mode: .output, promise: nil)
        case .close:
            timer?.stop()
            context?.close(promise: nil)
            transport?.close()  // TLS has sent its farewell, and would wait for the client's
        }
    }

    private func judge(_ head: HTTPRequestHead) {
        started = .now
        let settings = core.router.settings
        let judgement = HeadJudgement(head, core.router, settings) { core.hasRoom(for: $0, settings.limits) }
        label = if let path = judgement.path { core.router.label(of: path) } else { Router.unknownLabel }
        machine.judged(judgement, limits: settings.limits)
    }

    private func serve(_ number: Int) {
        guard let (head, route, body) = machine.takeRequest() else { return machine.notStarted() }
        let request = HTTPRequest(
            head.method, head.path, query: head.query, headers: head.fields, body: body,
            remoteAddress: remoteAddress, arrived: started)
        let (loop, load) = (core.loop, route.load)
        let (core, connection) = (NIOLoopBound(core, eventLoop: loop), NIOLoopBound(self, eventLoop: loop))
        let call = Call(request, route.handler) { response in
            loop.execute {
                core.value.ended(load)
                connection.value.answered(number, response)
            }
        }
        if self.core.start(call) { self.call = call } else { machine.notStarted() }
    }

    private func answered(_ number: Int, _ response: HTTPResponse) {
        machine.answered(number, response)
        perform()
    }

    private func send(_ response: HTTPResponse, _ field: ResponseEncoder.ConnectionField, omitsBody: Bool) {
        guard let context else { return machine.written() }
        let buffer = ResponseEncoder.encode(
            response, connection: field, omitsBody: omitsBody, allocator: context.channel.allocator)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.machine.written()
            self.perform()
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
    }
}
