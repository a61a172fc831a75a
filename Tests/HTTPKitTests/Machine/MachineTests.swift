import HTTPKit
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPKit

/// What the machine wants done, told one thing after the other: no socket, no parser, no clock.
struct MachineTests {
    /// One connection: what happens, and the actions that follow.
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let steps: [(Event, String)]
        var testDescription: String { name }

        init(_ name: String, after start: [(Event, String)] = [], _ steps: (Event, String)...) {
            (self.name, self.steps) = (name, start + steps)
        }
    }

    /// What may happen to a connection.
    enum Event: Sendable {
        case opened, bytes, readCompleted, inputClosed, written, deadline, gone
        case get, post, expecting, http10, body(Int), end, fault(Int)
        case admitted, refused(Int, mayGoOn: Bool), unreadable
        case answered(Int), notStarted, drain, giveUp, close
    }

    private static let admitted: [(Event, String)] = [
        (.bytes, "wait 10 s for client"), (.post, "judge"), (.admitted, "enter, wait 11 s for client"),
    ]
    private static let served: [(Event, String)] =
        admitted + [(.end, "wait 30 s for server, serve 1 with 0 bytes"), (.readCompleted, "read")]

    private static let opening = [
        Row("a connection waits for a request", (.opened, "wait 600 s for client, read")),
        Row("and not for ever", (.opened, "wait 600 s for client, read"), (.deadline, "close"), (.deadline, "")),
        Row(
            "part of a head moves the deadline once", (.bytes, "wait 10 s for client"), (.bytes, ""),
            (.readCompleted, "read")),
        Row(
            "a head that does not end is 408", (.bytes, "wait 10 s for client"),
            (.deadline, "begin, wait 12 s for server, send 408 close"),
            (.written, "finish 408, wait 2 s for client, closeOutput, read"), (.bytes, "unwanted"), (.deadline, "close")
        ),
        Row(
            "what is no request is refused and is the last", (.bytes, "wait 10 s for client"),
            (.fault(400), "begin, wait 12 s for server, send 400 close"),
            (.written, "finish 400, wait 2 s for client, closeOutput, read"), (.get, ""), (.inputClosed, "close")),
        Row(
            "a head that means two things is refused and is the last", (.bytes, "wait 10 s for client"),
            (.post, "judge"),
            (.unreadable, "wait 12 s for server, send 400 close"),
            (.written, "finish 400, wait 2 s for client, closeOutput, read")),
        Row(
            "a client that only looks in", (.opened, "wait 600 s for client, read"), (.inputClosed, "close"),
            (.gone, "")),
    ]

    private static let bodies = [
        Row(
            "a request is served", after: admitted, (.body(3), ""), (.body(2), ""),
            (.end, "wait 30 s for server, serve 1 with 5 bytes"), (.readCompleted, "read"),
            (.answered(1), "wait 12 s for server, send 200"), (.written, "finish 200, wait 600 s for client, read"),
            (.bytes, "wait 10 s for client"), (.post, "judge"), (.admitted, "enter, wait 11 s for client"),
            (.end, "wait 30 s for server, serve 2 with 0 bytes")),
        Row("a body is read on", after: admitted, (.body(3), ""), (.readCompleted, "read"), (.readCompleted, "read")),
        Row(
            "a body that does not end is 408", after: admitted, (.body(3), ""),
            (.deadline, "leave, wait 12 s for server, send 408 close")),
        Row(
            "a body beyond the bound is 413", after: admitted, (.body(60), ""),
            (.body(41), "leave, wait 12 s for server, send 413 close"),
            (.written, "finish 413, wait 2 s for client, closeOutput, read"), (.body(50), ""), (.readCompleted, "read")),
        Row(
            "a body that breaks the rules is refused", after: admitted,
            (.fault(400), "leave, wait 12 s for server, send 400 close")),
        Row(
            "a client that goes in the middle of a body leaves its place", after: admitted, (.body(3), ""),
            (.gone, "leave")),
        Row(
            "what is left of a refused body passes by", (.bytes, "wait 10 s for client"), (.post, "judge"),
            (.refused(404, mayGoOn: true), "wait 12 s for server, send 404"),
            (.written, "finish 404, wait 11 s for client, read"), (.body(100), ""), (.end, "wait 600 s for client"),
            (.readCompleted, "read"), (.bytes, "wait 10 s for client"), (.get, "judge")),
        Row(
            "but no more than a body may have", (.post, "judge"),
            (.refused(404, mayGoOn: true), "wait 12 s for server, send 404"),
            (.written, "finish 404, wait 11 s for client, read"), (.body(100), ""), (.body(1), "close")),
        Row(
            "and not for longer than a body may take", (.post, "judge"),
            (.refused(404, mayGoOn: true), "wait 12 s for server, send 404"),
            (.written, "finish 404, wait 11 s for client, read"), (.deadline, "close")),
    ]

    private static let expectations = [
        Row(
            "100 goes out when all that came is told", (.expecting, "judge"),
            (.admitted, "enter, wait 11 s for client"),
            (.readCompleted, "100, read"), (.readCompleted, "read"), (.body(5), ""),
            (.end, "wait 30 s for server, serve 1 with 5 bytes")),
        Row(
            "no 100 for a body that is there", (.expecting, "judge"), (.admitted, "enter, wait 11 s for client"),
            (.body(1), ""),
            (.readCompleted, "read")),
        Row(
            "no 100 for a body that has ended", (.expecting, "judge"), (.admitted, "enter, wait 11 s for client"),
            (.end, "wait 30 s for server, serve 1 with 0 bytes"), (.readCompleted, "read")),
        Row(
            "no 100 beside a refusal", (.expecting, "judge"),
            (.refused(401, mayGoOn: false), "wait 12 s for server, send 401 close"), (.readCompleted, "read"),
            (.written, "finish 401, wait 2 s for client, closeOutput, read")),
        Row(
            "no 100 beside a 408", (.expecting, "judge"), (.admitted, "enter, wait 11 s for client"),
            (.deadline, "leave, wait 12 s for server, send 408 close"), (.readCompleted, "read")),
    ]

    private static let serving = [
        Row(
            "a handler that takes too long is cancelled", after: served,
            (.deadline, "cancel, wait 12 s for server, send 503 close"), (.answered(1), "discard 200"),
            (.written, "finish 503, wait 2 s for client, closeOutput, read")),
        Row("a client that goes does not end its handler", after: served, (.gone, ""), (.answered(1), "finish 200")),
        Row(
            "a client that ends its side gets its answer", after: served, (.inputClosed, ""),
            (.answered(1), "wait 12 s for server, send 200 close"), (.written, "finish 200, close")),
        Row(
            "a handler that is not started is 503 and gives its place back", after: served,
            (.notStarted, "leave, wait 12 s for server, send 503 close")),
        Row(
            "an answer that the client does not take", after: served, (.answered(1), "wait 12 s for server, send 200"),
            (.deadline, "close"), (.gone, ""), (.written, "finish 200")),
        Row("an answer comes once", after: served, (.answered(2), "discard 200"), (.close, "close"), (.close, "")),
        Row(
            "requests behind it wait, and one read goes ahead", after: served, (.get, ""), (.end, ""),
            (.readCompleted, ""),
            (.answered(1), "wait 12 s for server, send 200"), (.written, "finish 200, wait 600 s for client, judge"),
            (.admitted, "enter, wait 11 s for client, wait 30 s for server, serve 2 with 0 bytes, read")),
        Row(
            "more of them than the bound end the connection", after: served, (.get, ""), (.end, ""), (.get, ""),
            (.get, ""),
            (.answered(1), "wait 12 s for server, send 200"), (.written, "finish 200, wait 600 s for client, judge"),
            (.refused(404, mayGoOn: true), "wait 12 s for server, send 404 close")),
        Row(
            "HTTP/1.0 says that it goes on", (.http10, "judge"), (.admitted, "enter, wait 11 s for client"),
            (.end, "wait 30 s for server, serve 1 with 0 bytes"),
            (.answered(1), "wait 12 s for server, send 200 keepAlive")),
    ]

    private static let shutdowns = [
        Row(
            "an idle connection ends soon", (.opened, "wait 600 s for client, read"), (.drain, "wait 13 s for client"),
            (.deadline, "close")),
        Row(
            "a request that its client had sent is answered", (.opened, "wait 600 s for client, read"),
            (.drain, "wait 13 s for client"), (.bytes, "wait 10 s for client"), (.get, "judge"),
            (.admitted, "enter, wait 11 s for client"), (.end, "wait 30 s for server, serve 1 with 0 bytes"),
            (.answered(1), "wait 12 s for server, send 200 close")),
        Row(
            "and that of a client that is taken in the same moment", (.drain, "wait 13 s for client"),
            (.opened, "wait 13 s for client, read"), (.bytes, "wait 10 s for client")),
        Row(
            "and so is one behind an answer that did not know", after: served,
            (.answered(1), "wait 12 s for server, send 200"), (.drain, ""),
            (.written, "finish 200, wait 13 s for client, read"), (.bytes, "wait 10 s for client")),
        Row(
            "a head on its way is waited for", (.bytes, "wait 10 s for client"), (.drain, ""), (.get, "judge"),
            (.admitted, "enter, wait 11 s for client"), (.end, "wait 30 s for server, serve 1 with 0 bytes"),
            (.answered(1), "wait 12 s for server, send 200 close")),
        Row(
            "who does not close after the last answer is not waited for that long", after: served, (.drain, ""),
            (.answered(1), "wait 12 s for server, send 200 close"),
            (.written, "finish 200, wait 1 s for client, closeOutput, read")),
        Row("a body on its way, too", after: admitted, (.drain, ""), (.body(1), ""), (.readCompleted, "read")),
        Row(
            "a handler is waited for", after: served, (.drain, ""),
            (.answered(1), "wait 12 s for server, send 200 close")),
        Row(
            "until the grace period is over", after: served, (.drain, ""),
            (.giveUp, "wait 12 s for server, send 503 close"), (.answered(1), "discard 200"),
            (.written, "finish 503, close")),
        Row("which a body is not waited for", after: admitted, (.drain, ""), (.giveUp, "close"), (.gone, "leave")),
        Row(
            "what is left of a refused body still passes by, and is the last", (.post, "judge"),
            (.refused(404, mayGoOn: true), "wait 12 s for server, send 404"),
            (.written, "finish 404, wait 11 s for client, read"), (.drain, ""),
            (.end, "wait 13 s for client")),
    ]

    @Test(arguments: opening + bodies + expectations + serving + shutdowns)
    func `each thing that happens has its actions`(row: Row) throws {
        var driver = Driver()
        for (number, (event, expected)) in row.steps.enumerated() {
            let actions = try driver.tell(event).joined(separator: ", ")
            #expect(actions == expected, "step \(number): \(event)")
        }
    }

    /// A machine, and the last head that it was told of.
    private struct Driver {
        private var limits = HTTPLimits()
        private var machine: ConnectionMachine
        private var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")

        init() {
            (limits.maxBody, limits.maxPipelined) = (100, 1)
            (limits.bodyDeadline, limits.writeDeadline, limits.lastCall) = (.seconds(11), .seconds(12), .seconds(13))
            machine = ConnectionMachine(limits: limits)
        }

        /// Tells the machine, and gives its actions in words.
        mutating func tell(_ event: Event) throws -> [String] {
            var isUnwanted = false
            switch event {
            case .opened: machine.opened()
            case .bytes: isUnwanted = !machine.bytesArrived()
            case .readCompleted: machine.readCompleted()
            case .inputClosed: machine.inputClosed()
            case .written: machine.written()
            case .deadline: machine.deadlineReached()
            case .gone: machine.gone()
            case .get: parsed(.GET)
            case .post: parsed(.POST)
            case .expecting: parsed(.POST, [("Content-Length", "5"), ("Expect", "100-continue")])
            case .http10: parsed(.POST, version: .http1_0, [("Connection", "keep-alive")])
            case .body(let count): machine.parsed(.body(ByteBuffer(repeating: 0x78, count: count)))
            case .end: machine.parsed(.end)
            case .fault(let status): machine.parsed(.failure(RequestHead.Problem(status)))
            case .admitted:
                let route = Route(.post, "/") { _ in .failure(500) }
                machine.judged(.admitted(try RequestHead(head), route), limits: limits)
            case .refused(let status, let mayGoOn):
                machine.judged(.refused(try RequestHead(head), .failure(status), mayGoOn: mayGoOn), limits: limits)
            case .unreadable: machine.judged(.unreadable(RequestHead.Problem(400)), limits: limits)
            case .answered(let number): machine.answered(number, .text(200, "ok"))
            case .notStarted: machine.notStarted()
            case .drain: machine.drain()
            case .giveUp: machine.giveUp()
            case .close: machine.close()
            }
            var words = isUnwanted ? ["unwanted"] : []
            while let action = machine.next() { words.append(self.words(for: action)) }
            return words
        }

        private mutating func parsed(
            _ method: NIOHTTP1.HTTPMethod, version: HTTPVersion = .http1_1, _ fields: [(String, String)] = []
        ) {
            head = HTTPRequestHead(
                version: version, method: method, uri: "/", headers: HTTPHeaders([("Host", "a")] + fields))
            machine.parsed(.head(head))
        }

        private mutating func words(for action: ConnectionAction) -> String {
            switch action {
            case .judge: "judge"
            case .begin: "begin"
            case .enter: "enter"
            case .leave: "leave"
            case .wait(let duration, let turn): "wait \(duration.components.seconds) s for \(turn)"
            case .sendInterimAnswer: "100"
            case .serve(let number): "serve \(number) with \(machine.takeRequest()?.body.count ?? -1) bytes"
            case .cancelHandler: "cancel"
            case .send(let response, .absent, _): "send \(response.status)"
            case .send(let response, let field, _): "send \(response.status) \(field)"
            case .finish(let status, _): "finish \(status)"
            case .discard(let response): "discard \(response.status)"
            case .read: "read"
            case .closeOutput: "closeOutput"
            case .close: "close"
            }
        }
    }
}
