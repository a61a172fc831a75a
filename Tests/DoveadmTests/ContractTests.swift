import AppPasswordCore
import AppPasswordCoreTesting
import Doveadm
import Foundation
import HTTPKit
import Logging
import Testing

/// Doveadm's API in front of sessions in memory.
@Suite(.timeLimit(.minutes(1)))
struct ContractTests {
    private struct Question {
        var command: String
        var parameters: [String: Any]
        var tag: String

        init?(_ body: [UInt8]) {
            guard let questions = try? JSONSerialization.jsonObject(with: Data(body)) as? [[Any]],
                let question = questions.first, question.count == 3, let command = question[0] as? String,
                let parameters = question[1] as? [String: Any], let tag = question[2] as? String
            else { return nil }
            (self.command, self.parameters, self.tag) = (command, parameters, tag)
        }

        var mask: SessionMask? {
            let texts = parameters["mask"] as? [String] ?? []
            if parameters["passdbField"] as? String == "user_apppw" {
                return texts.first.flatMap { Int64($0) }.map { .password($0) }
            }
            return switch texts.count {
            case 1: .user(texts[0])
            case 2: .userAndAddress(texts[0], texts[1])
            default: nil
            }
        }
    }

    private static func answer(_ body: [UInt8], _ dovecot: InMemorySessionServer) async -> HTTPResponse {
        guard let question = Question(body) else { return .text(400, "no question") }
        func say(_ kind: String, _ value: String) -> HTTPResponse {
            .text(200, #"[["\#(kind)",\#(value),"\#(question.tag)"]]"#)
        }
        switch question.command {
        case "kick":
            guard let mask = question.mask, let count = try? await dovecot.end(mask) else {
                return say("error", #"{"type":"invalidRequest"}"#)
            }
            return count == 0
                ? say("error", #"{"type":"exitCode","exitCode":68}"#)
                : say("doveadmResponse", #"[{"count":"\#(count)"}]"#)
        case "authCacheFlush": return say("doveadmResponse", #"[{"entries":"0"}]"#)
        default: return say("error", #"{"type":"unknownMethod"}"#)
        }
    }

    @Test func `doveadm keeps what is asked of mail servers`() async throws {
        let dovecot = InMemorySessionServer()
        let route = Route(.post, "/doveadm/v1", access: .open) { await Self.answer($0.body, dovecot) }
        let server = HTTPServer(
            configuration: .init([Listener(.tcp(host: "127.0.0.1", port: 0))]), router: Router([route]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (places, bound) = AsyncStream.makeStream(of: ListenAddress.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { addresses in for address in addresses { bound.yield(address) } } }
            var iterator = places.makeAsyncIterator()
            let port = try #require(await iterator.next()?.port)
            let client = DoveadmClient()
            try await SessionServerContract(open: { (_: DoveadmServer, session) in dovecot.open(session) }) {
                DoveadmServer(url: "http://127.0.0.1:\(port)/doveadm/v1", key: Secret("key"), client: client)
            }.run()
            await client.shutDown()
            server.shutdown()
            try await group.waitForAll()
        }
    }
}
