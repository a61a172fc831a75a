internal import NIOCore
internal import NIOHTTP1

/// What one client's connection does: takes requests one after the other, refuses early what can be refused from the
/// head alone, and answers. It has no socket, no timer and no clock: it is told what happened, and after that ``next()``
/// says what to do, one action after the other, until there is none.
struct ConnectionMachine {
    private enum Phase {
        /// Between two requests; part of a head may have arrived.
        case waiting
        /// A head has arrived, nobody has said yet what is to be done with it.
        case judging
        /// The head was admitted, the body is arriving.
        case receiving
        /// A handler is at work.
        case serving(Route.Load)
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
        var status = 0
        var omitsBody = false
        var isHTTP10 = false
        var keepsAlive = false
        var afterSending: (@Sendable () -> Void)?
    }

    private var limits: HTTPLimits
    private var phase = Phase.waiting
    private var exchange = Exchange()
    /// Tells the answers of earlier requests, given up at their deadline, from the one that is waited for.
    private var number = 0
    /// The request whose body arrives, or that is to be served.
    private var admitted: (head: RequestHead, route: Route)?
    private var awaitsAnswer = false
    /// The place among those in flight of a request whose body is arriving.
    private var place: Route.Load?
    private var body = BodyBuffer()
    private var bodyToServe: [UInt8] = []
    private var skipped = 0
    private var owesInterimAnswer = false
    private var headHasBegun = false, inputIsClosed = false, isDraining = false
    private var queue = EventQueue()

    private var actions: [ConnectionAction] = []
    private var performed = 0
    /// Whether what has waited is to be looked at when the actions are done.
    private var mustSettle = false

    /// - Parameter limits: For the time before the first request; later those that each was judged by.
    init(limits: HTTPLimits) {
        self.limits = limits
        actions.reserveCapacity(8)
    }

    // MARK: Actions

    /// The next thing to do; nil when there is nothing until something else happens. In between more may be told: its
    /// actions come after those that are there.
    ///
    /// - Complexity: Allocates nothing once a connection has served a request.
    mutating func next() -> ConnectionAction? {
        while true {
            if performed < actions.count {
                performed += 1
                return actions[performed - 1]
            }
            if performed > 0 {
                actions.removeAll(keepingCapacity: true)
                performed = 0
            }
            if case .judging = phase { return nil }
            guard mustSettle else { return nil }
            if !isBusy, let event = queue.popFirst() {
                process(event)
            } else {
                mustSettle = false
                settle()
            }
        }
    }

    /// The request to be served; nil unless ``ConnectionAction/serve(number:)`` asks for it. It is no part of the action: that
    /// stays small, and there is no other copy of the body when the request overwrites it.
    mutating func takeRequest() -> (head: RequestHead, route: Route, body: [UInt8])? {
        guard case .serving = phase, let (head, route) = admitted else { return nil }
        admitted = nil
        var body: [UInt8] = []
        swap(&body, &bodyToServe)
        return (head, route, body)
    }

    private mutating func emit(_ action: ConnectionAction) { actions.append(action) }

    // MARK: From the client

    /// The connection is there.
    mutating func opened() {
        waitForRequest()
        mustSettle = true
    }

    /// Bytes have arrived, of which the parser may make something or nothing.
    ///
    /// - Returns: Whether the parser is to see them.
    mutating func bytesArrived() -> Bool {
        switch phase {
        case .lingering, .closed: return false
        case .waiting where !headHasBegun:
            headHasBegun = true
            emit(.wait(for: limits.headDeadline, .client))
            return true
        case .waiting, .judging, .receiving, .serving, .writing, .skipping: return true
        }
    }

    /// The parser has made this of the bytes. While a request is being served, it waits.
    mutating func parsed(_ event: EventQueue.Event) {
        if isBusy || !queue.isEmpty {
            queue.append(event, maxHeads: limits.maxPipelined)
        } else {
            process(event)
        }
    }

    /// All that had arrived has been told.
    mutating func readCompleted() { mustSettle = true }

    /// The client will send no more.
    mutating func inputClosed() {
        inputIsClosed = true
        switch phase {
        case .waiting where queue.isEmpty, .skipping, .lingering: close()
        case .waiting, .judging, .receiving, .serving, .writing, .closed: break
        }
    }

    /// The socket has taken the answer, or has failed.
    mutating func written() {
        finish()
        guard case .writing(let next) = phase else { return }
        switch next {
        case .request: awaitRequest()
        case .restOfBody:
            phase = .skipping
            emit(.wait(for: limits.bodyDeadline, .client))
        case .end:
            if inputIsClosed { return close() }
            phase = .lingering
            queue.removeAll()
            // Half as long at the end: who waits for the next process waits for this.
            emit(.wait(for: isDraining ? limits.lingerTime / 2 : limits.lingerTime, .client))
            emit(.closeOutput)
        }
        mustSettle = true
    }

    /// Whoever's turn it was, it has lasted too long.
    mutating func deadlineReached() {
        switch phase {
        case .waiting where headHasBegun:
            exchange = Exchange()
            emit(.begin)
            respond(.failure(408), then: .end)
        case .receiving: respond(.failure(408), then: .end)
        case .serving:
            emit(.cancelHandler)
            awaitsAnswer = false
            respond(.failure(503), then: .end)
        case .waiting, .judging, .writing, .skipping, .lingering: close()
        case .closed: break
        }
    }

    /// The connection is gone, whoever ended it.
    mutating func gone() {
        phase = .closed
        leave()
        admitted = nil
        body.wipe()
        queue.removeAll()
    }

    // MARK: From the server

    /// What is to be done with the request that was to be judged.
    ///
    /// - Parameter limits: Those in force; they hold for this request.
    mutating func judged(_ judgement: HeadJudgement, limits: HTTPLimits) {
        guard case .judging = phase else { return }
        self.limits = limits
        switch judgement {
        case .unreadable(let problem):
            respond(.failure(problem.status, problem.detail), then: .end)
        case .refused(let head, let response, let mayGoOn):
            (exchange.isHTTP10, exchange.keepsAlive) = (head.isHTTP10, head.keepsAlive)
            skipped = 0
            respond(response, then: mayGoOn ? .restOfBody : .end)
        case .admitted(let head, let route):
            (exchange.isHTTP10, exchange.keepsAlive) = (head.isHTTP10, head.keepsAlive)
            owesInterimAnswer = head.expectation == .interimAnswer
            emit(.enter(route.load))
            place = route.load
            admitted = (head, route)
            phase = .receiving
            emit(.wait(for: limits.bodyDeadline, .client))
        }
    }

    /// The handler takes no more requests.
    mutating func notStarted() {
        guard case .serving(let load) = phase else { return }
        awaitsAnswer = false
        emit(.leave(load))
        respond(.failure(503), then: .end)
    }

    /// The handler has answered, perhaps too late.
    mutating func answered(_ number: Int, _ response: HTTPResponse) {
        guard number == self.number, awaitsAnswer else { return emit(.discard(response)) }
        awaitsAnswer = false
        switch phase {
        case .serving: respond(response, then: .request)
        case .closed:  // the client has gone
            exchange.status = response.status
            exchange.afterSending = response.afterSending
            finish()
        case .waiting, .judging, .receiving, .writing, .skipping, .lingering: emit(.discard(response))
        }
    }

    /// The next answer is the last. Where no request is at hand one has ``HTTPLimits/lastCall`` to arrive: its client may have
    /// sent it already.
    mutating func drain() {
        isDraining = true
        switch phase {
        case .waiting where queue.isEmpty && !headHasBegun: waitForRequest()
        case .waiting, .judging, .receiving, .serving, .writing, .skipping, .lingering, .closed: break
        }
    }

    /// The grace period is over: 503 for the request at hand.
    mutating func giveUp() {
        switch phase {
        case .serving:
            inputIsClosed = true  // do not linger
            awaitsAnswer = false
            respond(.failure(503), then: .end)
        case .waiting, .judging, .receiving, .writing, .skipping, .lingering, .closed: close()
        }
    }

    /// Closes at once.
    mutating func close() {
        if case .closed = phase { return }
        phase = .closed
        emit(.close)
    }

    // MARK: Events, in order

    private var isBusy: Bool {
        switch phase {
        case .judging, .serving, .writing: true
        case .waiting, .receiving, .skipping, .lingering, .closed: false
        }
    }

    /// Everything at hand is processed: sends a 100 that is owed, and reads on if it is the client's turn. While it is
    /// ours, one read goes ahead: to stop and start reading costs two system calls a request.
    private mutating func settle() {
        if isBusy {
            if queue.isEmpty { emit(.read) }
            return
        }
        if owesInterimAnswer {
            owesInterimAnswer = false
            emit(.sendInterimAnswer)
        }
        switch phase {
        case .waiting where inputIsClosed, .skipping where inputIsClosed: close()
        case .waiting, .judging, .receiving, .serving, .writing, .skipping, .lingering, .closed: emit(.read)
        }
    }

    private mutating func process(_ event: EventQueue.Event) {
        switch (phase, event) {
        case (.waiting, .head(let head)):
            exchange = Exchange()
            exchange.omitsBody = head.method == .HEAD
            headHasBegun = false
            phase = .judging
            emit(.judge(head))
        case (.waiting, .failure(let problem)):
            exchange = Exchange()
            emit(.begin)
            respond(.failure(problem.status, problem.detail), then: .end)
        case (.receiving, .body(let bytes)): receive(bytes)
        case (.receiving, .end): dispatch()
        case (.receiving, .failure(let problem)):
            respond(.failure(problem.status, problem.detail), then: .end)
        case (.skipping, .body(let bytes)):
            skipped += bytes.readableBytes
            bytes.overwrite()
            if skipped > limits.maxBody { close() }
        case (.skipping, .end): awaitRequest()
        case (.skipping, .failure): close()
        case (.waiting, _), (.judging, _), (.receiving, _), (.skipping, _), (.serving, _), (.writing, _),
            (.lingering, _),
            (.closed, _):
            break
        }
    }

    private mutating func receive(_ bytes: ByteBuffer) {
        owesInterimAnswer = false  // it comes unasked
        guard body.count + bytes.readableBytes <= limits.maxBody else {
            bytes.overwrite()
            return respond(.failure(413), then: .end)
        }
        body.append(bytes)
    }

    private mutating func dispatch() {
        guard let load = admitted?.route.load else { return }
        owesInterimAnswer = false
        number += 1
        awaitsAnswer = true
        place = nil  // the handler's now
        bodyToServe = body.take()
        phase = .serving(load)
        emit(.wait(for: limits.requestDeadline, .server))
        emit(.serve(number: number))
    }

    // MARK: Answers

    private mutating func respond(_ response: HTTPResponse, then wanted: Next) {
        owesInterimAnswer = false
        leave()
        admitted = nil
        body.wipe()
        let isLast = isDraining || inputIsClosed || !exchange.keepsAlive || queue.isCutHere
        let next = isLast ? .end : wanted
        let field: ResponseEncoder.ConnectionField =
            if case .end = next { .close } else { exchange.isHTTP10 ? .keepAlive : .absent }
        exchange.status = response.status
        exchange.afterSending = response.afterSending
        phase = .writing(next)
        emit(.wait(for: limits.writeDeadline, .server))
        emit(.send(response, field, omitsBody: exchange.omitsBody))
    }

    private mutating func awaitRequest() {
        phase = .waiting
        headHasBegun = false
        waitForRequest()
    }

    private mutating func waitForRequest() {
        emit(.wait(for: isDraining ? limits.lastCall : limits.idleTimeout, .client))
    }

    private mutating func leave() {
        if let place { emit(.leave(place)) }
        place = nil
    }

    private mutating func finish() {
        emit(.finish(status: exchange.status, afterSending: exchange.afterSending))
        exchange.afterSending = nil
    }
}
