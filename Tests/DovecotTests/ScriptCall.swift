import Foundation

/// One call of a shipped script outside Dovecot, by `lua5.4` and a Dovecot that is played: for versions that are not
/// installed.
struct ScriptCall {
    static let interpreter = "/usr/bin/lua5.4"
    static let isAvailable =
        FileManager.default.isExecutableFile(atPath: interpreter)
        || ProcessInfo.processInfo.environment["CI"] == "true"
    static let missing = "script tests are skipped: apt-get install lua5.4 lua-cjson"

    /// What the service answers, one after the other; the last one again and again.
    struct Answer: Encodable {
        var status: Int
        var payload = ""
        var reason = ""

        static func says(_ status: Int, _ text: String) -> Answer {
            Answer(status: status, payload: "{\"status\":\"\(text)\"}")
        }
    }

    struct Outcome: Decodable {
        struct Post: Decodable, Hashable {
            var url: String
            var body: String
            /// How long an answer was waited for.
            var seconds: Double

            /// A member of the JSON body.
            subscript(member: String) -> Any? {
                (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])?[member]
            }
        }
        /// `OK`, `USER_UNKNOWN`, … without `PASSDB_RESULT_`.
        var result: String?
        var fields: [String: String]?
        var text: String?
        var trouble: String?
        /// What the service was asked.
        var posts: [Post]?
        /// What was written to Dovecot's log.
        var log: [String]?
    }

    private struct Plan: Encodable {
        var script: String
        var version: String
        var settings: [String: String]
        var request: [String: Field]
        var password: String?
        var answers: [Answer]
        var logins: Int
        var pause: Int
    }

    /// A field of Dovecot's request.
    enum Field: Encodable, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
        case text(String)
        case flag(Bool)
        case bytes([UInt8])

        init(stringLiteral value: String) { self = .text(value) }
        init(booleanLiteral value: Bool) { self = .flag(value) }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .flag(let flag): try container.encode(flag)
            case .bytes(let bytes): try container.encode(bytes)
            }
        }
    }

    /// Runs `auth_password_verify` if there is a password, else `auth_passdb_lookup`.
    ///
    /// - Parameters:
    ///   - version: `2.3`, `2.4`, or `old`, which has no HTTP client.
    ///   - answers: Time passes only with a 9008, as long as it was waited for.
    ///   - logins: How many of the same, one after the other; the outcome is the last one's.
    ///   - pause: Seconds between two of them.
    static func run(
        _ script: String, version: String = "2.4", settings: [String: String] = [:], request: [String: Field],
        password: String? = nil, answers: [Answer] = [.says(200, "success")], logins: Int = 1, pause: Int = 0
    ) throws -> Outcome {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let lua = tests.appendingPathComponent("../../lua").standardizedFileURL
        let plan = Plan(
            script: lua.appendingPathComponent(script).path, version: version, settings: settings, request: request,
            password: password, answers: answers, logins: logins, pause: pause)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = [tests.appendingPathComponent("dovecot-stub.lua").path]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        input.fileHandleForWriting.write(try JSONEncoder().encode(plan))
        try input.fileHandleForWriting.close()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(Outcome.self, from: text)
    }
}
