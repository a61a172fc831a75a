import HTTPKit
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPKit

/// A client and its connection: the machine and the parser as the server has them, and memory in place of the socket.
/// A handler runs as soon as it is called.
@MainActor
final class ModelClient {
    struct Failure: Error {
        let description: String
    }

    /// How much the server reads at once, at most.
    private static let readSize = 16_384

    private let server: ModelServer
    private let parser: EmbeddedChannel
    private let parsed = ParsedEvents()
    private var machine: ConnectionMachine

    private var unread: [[UInt8]] = []
    private var wantsBytes = false
    private var hasEndedInput = false, hasToldEnd = false
    private var deadline: Duration?
    /// Whose turn it is.
    private(set) var turn: ConnectionAction.Turn?
    private var label = Router.unknownLabel
    private var call: (number: Int, task: Task<Void, Never>)?

    /// What the server has sent and the client has not looked at.
    private var output: [UInt8] = []
    /// Whether the server's side has ended.
    private(set) var isAtEnd = false
    private(set) var isClosed = false
    /// While true, no answer leaves the server.
    var isStalled = false
    private var owesWritten = false

    /// Whether a handler is at work for it.
    var isServed: Bool { call != nil }

    init(_ server: ModelServer) {
        self.server = server
        let limits = server.router.settings.limits
        parser = EmbeddedChannel()
        // To a channel in memory handlers can always be added.
        try? parser.pipeline.syncOperations.addHandlers([RequestParser.handler(limits), parsed])
        machine = ConnectionMachine(limits: limits)
        machine.opened()
        perform()
    }

    // MARK: The client's side

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: Self.readSize) {
            unread.append(Array(bytes[start..<min(start + Self.readSize, bytes.count)]))
        }
        deliver()
    }

    /// Ends its side; reading goes on.
    func closeOutput() {
        hasEndedInput = true
        deliver()
    }

    /// Goes, from one moment to the next.
    func reset() {
        machine.gone()
        perform()
        if owesWritten { written() }
        (isClosed, isAtEnd, deadline) = (true, true, nil)
    }

    /// Takes the next answer, and not a byte more.
    ///
    /// - Parameter hasBody: false for an answer to HEAD.
    func readAnswer(hasBody: Bool = true) async throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let head = output.firstRange(of: end) {
                var answer = Answer(head: String(decoding: output[..<head.upperBound], as: UTF8.self))
                let isWhole = hasBody && answer.status >= 200
                let length = isWhole ? answer["content-length"].flatMap { Int($0) } ?? 0 : 0
                let whole = head.upperBound + length
                guard output.count >= whole else { throw Failure(description: "the body of \(answer.head) is cut off") }
                answer.body = String(decoding: output[head.upperBound..<whole], as: UTF8.self)
                output.removeFirst(whole)
                return answer
            }
            guard let call else {
                throw Failure(description: "no answer comes: \(String(decoding: output, as: UTF8.self))")
            }
            await call.task.value
        }
    }

    /// Takes everything up to the end of the stream.
    func readToEnd() async throws -> String {
        while !isAtEnd {
            guard let call else {
                throw Failure(description: "no end comes: \(String(decoding: output, as: UTF8.self))")
            }
            await call.task.value
        }
        defer { output = [] }
        return String(decoding: output, as: UTF8.self)
    }

    /// Waits for the end of the handler that is at work.
    func served() async { await call?.task.value }

    /// Whether nothing is there to be read, and nothing has ended.
    var isQuiet: Bool { output.isEmpty && !isAtEnd }

    // MARK: The server's side

    func timePassed() {
        guard let deadline, deadline <= server.now else { return }
        self.deadline = nil
        machine.deadlineReached()
        perform()
        deliver()
    }

    func drain() {
        machine.drain()
        perform()
    }

    func giveUp() {
        machine.giveUp()
        perform()
    }

    private func deliver() {
        while wantsBytes, !isClosed, !unread.isEmpty {
            wantsBytes = false
            let bytes = unread.removeFirst()
            let isWanted = machine.bytesArrived()
            perform()
            if isWanted {
                // What goes wrong reaches `parsed`.
                _ = try? parser.writeInbound(ByteBuffer(bytes: bytes))
                tellParsed()
            }
            machine.readCompleted()
            perform()
        }
        guard wantsBytes, !isClosed, unread.isEmpty, hasEndedInput, !hasToldEnd else { return }
        hasToldEnd = true
        parser.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        tellParsed()
        machine.inputClosed()
        perform()
    }

    private func tellParsed() {
        for event in parsed.take() {
            machine.parsed(event)
            perform()
        }
    }

    private func answered(_ number: Int, _ load: Route.Load, _ response: HTTPResponse) {
        if call?.number == number { call = nil }
        if load == .counted { server.inFlight -= 1 }
        machine.answered(number, response)
        perform()
        deliver()
    }

    private func written() {
        owesWritten = false
        machine.written()
        perform()
    }

    private func perform() {
        while let action = machine.next() { perform(action) }
    }

    private func perform(_ action: ConnectionAction) {
        switch action {
        case .judge(let head):
            let (router, settings) = (server.router, server.router.settings)
            let judgement = HeadJudgement(head, router, settings) {
                $0.load == .exempt || server.inFlight < settings.limits.maxInFlight
            }
            label = judgement.path.map { router.label(of: $0) } ?? Router.unknownLabel
            machine.judged(judgement, limits: settings.limits)
        case .begin: label = Router.unknownLabel
        case .enter(let load): if load == .counted { server.inFlight += 1 }
        case .leave(let load): if load == .counted { server.inFlight -= 1 }
        case .wait(let duration, let turn): (deadline, self.turn) = (server.now + duration, turn)
        case .sendInterimAnswer: output += "\(ResponseEncoder.interimAnswer)".utf8
        case .serve(let number):
            guard server.takesCalls, let (head, route, body) = machine.takeRequest() else {
                return machine.notStarted()
            }
            let request = HTTPRequest(head.method, head.path, query: head.query, headers: head.fields, body: body)
            let task = Task {
                let response = await route.handler(request)
                self.answered(number, route.load, response)
            }
            call = (number, task)
        case .cancelHandler: call?.task.cancel()
        case .send(let response, let field, let omitsBody):
            if isStalled {
                owesWritten = true
            } else {
                let buffer = ResponseEncoder.encode(
                    response, connection: field, omitsBody: omitsBody, allocator: ByteBufferAllocator())
                output += buffer.readableBytesView
                machine.written()
            }
        case .finish(let status, let afterSending):
            server.observed.append("\(label) \(status)")
            afterSending?()
        case .discard(let response): response.afterSending?()
        case .read: wantsBytes = true
        case .closeOutput: isAtEnd = true
        case .close:
            (isClosed, isAtEnd, deadline) = (true, true, nil)
            machine.gone()
            if owesWritten { written() }
        }
    }
}

/// What the parser made of the bytes.
private final class ParsedEvents: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private var events: [EventQueue.Event] = []

    func take() -> [EventQueue.Event] {
        defer { events = [] }
        return events
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): events.append(.head(head))
        case .body(let bytes): events.append(.body(bytes))
        case .end: events.append(.end)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .problem(let problem) = RequestParser.Fault(error) { events.append(.failure(problem)) }
    }
}
