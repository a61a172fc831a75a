internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// One client's connection: takes requests one after the other, refuses early what can be refused from the head alone,
/// and writes the answers. A state machine on the event loop.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Between two requests; part of a head may have arrived.
        case waiting
        /// The head was admitted, the body is arriving.
        case receiving(RequestHead, Route)
        /// A handler is at work.
        case serving
        /// The client has to take an answer.
        case writing(Next)
        /// The request was refused; what is left of its body passes by.
        case skipping
        /// The last answer is out; the client has to close (RFC 9112 section 9.6).
        case lingering
        case closed
    }

    /// What follows an answer.
    private enum Next {
        case request
        case restOfBody
        case end
    }

    /// What must be remembered of the request at hand until it is answered.
    private struct Exchange {
        var label = "unknown"
        var started = ContinuousClock.now
        var status = 0
        var omitsBody = false
        var isHTTP10 = false
        var keepsAlive = false
        var afterSending: (@Sendable () -> Void)?
    }

    private let core: ServerCore
    var transport: TLSTransport?  // what is below TLS, where there is TLS
    private var limits: HTTPLimits
    private var context: ChannelHandlerContext?
    private lazy var remoteAddress = context?.remoteAddress?.ipAddress
    private var timer: LazyTimer?
    private var phase = Phase.waiting
    /// When the client's turn began; nil while it is ours.
    private(set) var waitingSince: NIODeadline? = .now()

    private var exchange = Exchange()
    /// Tells the answers of earlier requests, given up at their deadline, from the one that is waited for.
    private var exchangeNumber = 0
    private var call: Call?
    /// The place among those in flight of a request whose body is arriving.
    private var place: Route.Load?
    private var body = BodyBuffer()
    private var skipped = 0
    private var owesInterimAnswer = false
    private var headHasBegun = false, inputIsClosed = false

    private var queue = EventQueue()
    private var isDrainingQueue = false

    init(_ core: ServerCore) {
        self.core = core
        limits = core.router.settings.limits
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = LazyTimer(context.eventLoop) { self.deadlineReached() }
    }

    func channelActive(context: ChannelHandlerContext) {
        timer?.set(after: limits.idleTimeout)
        settle()
    }

    /// - Returns: Whether the parser is to see the bytes.
    func bytesArrived() -> Bool {
        switch phase {
        case .lingering, .closed: return false
        case .waiting where !headHasBegun:
            headHasBegun = true
            waitingSince = .now()
            timer?.set(after: limits.headDeadline)
            return true
        case .waiting, .receiving, .serving, .writing, .skipping: return true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): take(.head(head))
        case .body(let bytes): take(.body(bytes))
        case .end: take(.end)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { settle() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.closedConnection: break  // more after a request that said it was the last
        case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
            take(.failure(RequestHead.Problem(431)))
        case HTTPParserError.invalidVersion: take(.failure(RequestHead.Problem(505)))
        case is HTTPParserError: take(.failure(RequestHead.Problem(400)))
        case is ByteToMessageDecoderError: break  // more after one of the above
        default:
            core.logger.debug("connection failed", metadata: ["error": "\(error)"])
            close()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else { return }
        inputIsClosed = true
        switch phase {
        case .waiting where queue.isEmpty, .skipping, .lingering: close()
        case .waiting, .receiving, .serving, .writing, .closed: break
        }
    }

    /// Called however the channel ends, also before it was active.
    func handlerRemoved(context: ChannelHandlerContext) {
        phase = .closed
        leave()
        body.wipe()
        queue.removeAll()
        timer?.stop()
        timer = nil
        (self.context, transport) = (nil, nil)
        core.closed(self)
    }

    // MARK: From the server

    /// No more requests: closes unless one is at hand.
    func drain() {
        switch phase {
        case .waiting where queue.isEmpty && !headHasBegun: close()
        case .waiting, .receiving, .serving, .writing, .skipping, .lingering, .closed: break
        }
    }

    /// The grace period is over: 503 for the request at hand.
    func giveUp() {
        switch phase {
        case .serving:
            inputIsClosed = true  // do not linger
            call = nil
            respond(.failure(503), then: .end)
        case .waiting, .receiving, .writing, .skipping, .lingering, .closed: close()
        }
    }

    /// Closes at once.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        timer?.stop()
        context?.close(promise: nil)
        transport?.close()  // TLS has sent its farewell, and would wait for the client's
    }

    // MARK: Events, in order

    private var isBusy: Bool {
        switch phase {
        case .serving, .writing: true
        case .waiting, .receiving, .skipping, .lingering, .closed: false
        }
    }

    private func take(_ event: EventQueue.Event) {
        if isBusy || !queue.isEmpty {
            queue.append(event, maxHeads: limits.maxPipelined)
        } else {
            process(event)
        }
    }

    /// Processes what has waited, then asks for more.
    private func proceed() {
        guard !isDrainingQueue else { return }
        isDrainingQueue = true
        while !isBusy, let event = queue.popFirst() { process(event) }
        isDrainingQueue = false
        settle()
    }

    /// Everything at hand is processed: sends a 100 that is owed, and reads on if it is the client's turn. While it is
    /// ours, one read goes ahead: to stop and start reading costs two system calls a request.
    private func settle() {
        guard !isDrainingQueue else { return }
        if isBusy {
            if queue.isEmpty { context?.read() }
            return
        }
        if owesInterimAnswer {
            owesInterimAnswer = false
            if let context {
                var buffer = context.channel.allocator.buffer(capacity: 32)
                buffer.writeStaticString(ResponseEncoder.interimAnswer)
                context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            }
        }
        switch phase {
        case .waiting where inputIsClosed, .skipping where inputIsClosed: close()
        case .waiting, .receiving, .serving, .writing, .skipping, .lingering, .closed: context?.read()
        }
    }

    private func process(_ event: EventQueue.Event) {
        switch (phase, event) {
        case (.waiting, .head(let head)): begin(head)
        case (.waiting, .failure(let problem)):
            exchange = Exchange()
            respond(.failure(problem.status, problem.detail), then: .end)
        case (.receiving, .body(let bytes)): receive(bytes)
        case (.receiving(let head, let route), .end): dispatch(head, route)
        case (.receiving, .failure(let problem)):
            respond(.failure(problem.status, problem.detail), then: .end)
        case (.skipping, .body(let bytes)):
            skipped += bytes.readableBytes
            bytes.overwrite()
            if skipped > limits.maxBody { close() }
        case (.skipping, .end): awaitRequest()
        case (.skipping, .failure): close()
        case (.waiting, _), (.receiving, _), (.skipping, _), (.serving, _), (.writing, _), (.lingering, _),
            (.closed, _):
            break
        }
    }

    private func begin(_ received: HTTPRequestHead) {
        let settings = core.router.settings
        limits = settings.limits
        exchange = Exchange()
        exchange.omitsBody = received.method == .HEAD
        headHasBegun = false
        let head: RequestHead
        do {
            head = try RequestHead(received)
        } catch {
            return respond(.failure(error.status, error.detail), then: .end)
        }
        exchange.label = core.router.label(of: head.path)
        exchange.isHTTP10 = head.isHTTP10
        exchange.keepsAlive = head.keepsAlive

        switch HeadJudgement(head, core.router, settings, hasRoom: { core.hasRoom(for: $0, settings.limits) }) {
        case .refused(let response, let mayGoOn):
            skipped = 0
            respond(response, then: mayGoOn ? .restOfBody : .end)
        case .admitted(let route):
            owesInterimAnswer = head.expectation == .interimAnswer
            core.enter(route.load)
            place = route.load
            phase = .receiving(head, route)
            waitingSince = .now()
            timer?.set(after: limits.bodyDeadline)
        }
    }

    private func receive(_ bytes: ByteBuffer) {
        owesInterimAnswer = false  // it comes unasked
        guard let context, body.count + bytes.readableBytes <= limits.maxBody else {
            bytes.overwrite()
            return respond(.failure(413), then: .end)
        }
        body.append(bytes, context.channel.allocator)
    }

    private func dispatch(_ head: RequestHead, _ route: Route) {
        owesInterimAnswer = false
        guard let context else { return }
        let request = HTTPRequest(
            head.method, head.path, query: head.query, headers: head.fields, body: body.take(),
            remoteAddress: remoteAddress, arrived: exchange.started)
        exchangeNumber += 1
        let number = exchangeNumber
        let (core, loop, load) = (NIOLoopBound(core, eventLoop: context.eventLoop), context.eventLoop, route.load)
        let connection = NIOLoopBound(self, eventLoop: loop)
        let call = Call(request, route.handler) { response in
            loop.execute {
                core.value.ended(load)
                connection.value.answered(number, response)
            }
        }
        guard self.core.start(call) else { return respond(.failure(503), then: .end) }
        place = nil  // the handler's now
        self.call = call
        phase = .serving
        waitingSince = nil
        timer?.set(after: limits.requestDeadline)
    }

    /// The handler has answered, perhaps too late.
    private func answered(_ number: Int, _ response: HTTPResponse) {
        guard number == exchangeNumber, call != nil else {
            response.afterSending?()  // too late to be sent
            return
        }
        call = nil
        switch phase {
        case .serving: respond(response, then: .request)
        case .closed:  // the client has gone
            exchange.status = response.status
            exchange.afterSending = response.afterSending
            finish()
        case .waiting, .receiving, .writing, .skipping, .lingering: response.afterSending?()
        }
    }

    // MARK: Answers

    private func respond(_ response: HTTPResponse, then wanted: Next) {
        guard let context else { return }
        owesInterimAnswer = false
        leave()
        body.wipe()
        let isLast = core.isDraining || inputIsClosed || !exchange.keepsAlive || queue.isCutHere
        let next = isLast ? .end : wanted
        let field: ResponseEncoder.ConnectionField =
            if case .end = next { .close } else { exchange.isHTTP10 ? .keepAlive : .absent }
        let buffer = ResponseEncoder.encode(
            response, connection: field, omitsBody: exchange.omitsBody, allocator: context.channel.allocator)
        exchange.status = response.status
        exchange.afterSending = response.afterSending
        phase = .writing(next)
        waitingSince = nil
        timer?.set(after: limits.writeDeadline)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.written() }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
    }

    /// The socket has taken the answer, or has failed.
    private func written() {
        finish()
        guard case .writing(let next) = phase else { return }
        waitingSince = .now()
        switch next {
        case .request: awaitRequest()
        case .restOfBody:
            phase = .skipping
            timer?.set(after: limits.bodyDeadline)
        case .end:
            if inputIsClosed { return close() }
            phase = .lingering
            queue.removeAll()
            timer?.set(after: limits.lingerTime)
            context?.close(mode: .output, promise: nil)
        }
        proceed()
    }

    private func awaitRequest() {
        if core.isDraining && queue.isEmpty { return close() }
        phase = .waiting
        headHasBegun = false
        waitingSince = .now()
        timer?.set(after: limits.idleTimeout)
    }

    private func leave() {
        if let place { core.leave(place) }
        place = nil
    }

    private func finish() {
        exchange.afterSending?()
        exchange.afterSending = nil
        core.finished?(exchange.label, exchange.status, .now - exchange.started)
    }

    private func deadlineReached() {
        switch phase {
        case .waiting where headHasBegun:
            exchange = Exchange()
            respond(.failure(408), then: .end)
        case .receiving: respond(.failure(408), then: .end)
        case .serving:
            call?.cancel()
            call = nil
            respond(.failure(503), then: .end)
        case .waiting, .writing, .skipping, .lingering: close()
        case .closed: break
        }
    }
}
