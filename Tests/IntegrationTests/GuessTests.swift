import Foundation
import TestServers
import Testing

/// Many people behind one address, and many at once, through the real program.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct GuessTests {
    /// Makes an embedded database with these rows.
    private static func database(_ directory: TemporaryDirectory, _ rows: [(uid: String, stored: String)]) throws {
        try directory.write(
            "config.toml",
            "[cache]\nmode = \"memory\"\n[audit]\nsinks = [\"stderr\"]\naudit_result_success = \"unknown\"\n")
        let first = try Program.run(["app-password", "add", "somebody"], in: directory)
        #expect(first.status == 0, "\(first.errors)")
        let data = try JSONSerialization.data(withJSONObject: rows.map { [$0.uid, $0.stored] })
        try directory.write("rows.json", String(decoding: data, as: UTF8.self))
        let script = """
            import json, sqlite3
            base = sqlite3.connect("var/web-auth.sqlite")
            base.executemany("INSERT INTO app_passwords (uid, password) VALUES (?, ?)", json.load(open("rows.json")))
            base.commit()
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(filePath: directory.path)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func refused(_ server: ServerProcess, _ limit: String) throws -> Bool {
        let text = try server.request("GET", "/metrics").body
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("webauth_password_refused_total{") && $0.contains("limit=\"\(limit)\"")
        }
        return try !#require(line).hasSuffix(" 0")
    }

    @Test func `a campus behind one address logs in, old passwords, restart and all`() async throws {
        let directory = try TemporaryDirectory()
        let users = (0..<300).map { "user\($0)" }
        try Self.database(directory, users.map { ($0, RoundcubePlugin.hash("right-\($0)", rounds: 1000)) })
        let address = "198.51.100.7"
        func login(_ server: ServerProcess, _ user: String, _ password: String) throws -> Int {
            try server.auth(user, password, from: address).status
        }
        /// Old passwords of 120 on three clients each, then everybody's right one.
        func day(_ server: ServerProcess, _ users: [String], old: String) throws {
            for client in 0..<3 {
                for user in users.prefix(120) { #expect(try login(server, user, "\(old)-\(client)") == 401) }
            }
            for user in users { #expect(try login(server, user, "right-\(user)") == 200, "\(user)") }
        }
        var server = try await ServerProcess(in: directory)
        try day(server, Array(users.prefix(200)), old: "old")
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let file = try FileManager.default.attributesOfItem(atPath: directory.path + "/var/known-networks")
        #expect(file[.posixPermissions] as? Int == 0o600)
        server = try await ServerProcess(in: directory)
        try day(server, users, old: "older")
        for limit in ["per_network", "per_account", "per_known_network"] { #expect(try !refused(server, limit)) }
        // Known ones have more guesses than five, over the restart too; somebody has five.
        for number in 0..<20 { #expect(try login(server, "user150", "typo-\(number)") == 401) }
        for number in 0..<5 { #expect(try login(server, "somebody", "guess-\(number)") == 401) }
        let answer = try server.auth("somebody", "guess-5", from: address)
        #expect(answer.status == 503)
        #expect(answer.body == #"{"status":"temporarily unavailable"}"#)
        #expect(try refused(server, "per_network"))
        #expect(try login(server, "somebody", "guess-0") == 401)
        #expect(try login(server, "user299", "right-user299") == 200)
    }

    @Test func `logins without an address, and from a refused network, are bounded for each account alone`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try Self.database(directory, ["alice", "bert"].map { ($0, RoundcubePlugin.hash("right-\($0)", rounds: 1000)) })
        let settings = directory.read("config.toml") + "[auth]\ndisallow_passwords_from = [\"192.0.2.1\"]\n"
        try directory.write("config.toml", settings + "[auth.guesses]\nper_account = 10\nper_network = 10\n")
        let server = try await ServerProcess(in: directory)
        for address in ["192.0.2.1", nil] {
            func login(_ user: String, _ password: String) throws -> Int {
                if let address { return try server.auth(user, password, from: address).status }
                let encoded = Data(password.utf8).base64EncodedString()
                let body = #"{"username":"\#(user)","password":"\#(encoded)","service":"imap","remote_ip":null}"#
                return try server.request("POST", "/auth", body).status
            }
            let place = address ?? "local"
            for number in 0..<10 { #expect(try login("alice", "\(place)-\(number)") == 401) }
            #expect(try login("alice", "\(place)-10") == 503)
            #expect(try login("bert", "right-bert") == (address == nil ? 200 : 401))
        }
        #expect(try refused(server, "per_account"))
        await server.waitForLog("event=guess_limit, reason=<not checked after too many wrong ones>", times: 2)
        // The webmail host's neighbour, and the account elsewhere, pay for nothing.
        for number in 0..<10 { #expect(try server.auth("bert", "wrong-\(number)", from: "192.0.2.2").status == 401) }
        #expect(try server.auth("alice", "right-alice", from: "192.0.2.2").status == 200)
    }

    @Test(arguments: [(100, 10), (200, 5)])
    func `everybody comes back at once after a start, and all get in`(accounts: Int, rows: Int) async throws {
        let directory = try TemporaryDirectory()
        let users = (0..<accounts).map { "user\($0)" }
        try Self.database(
            directory,
            users.flatMap { user in (0..<rows).map { (user, RoundcubePlugin.hash("\(user)-\($0)")) } })
        let server = try await ServerProcess(in: directory)
        let codes = try await withThrowingTaskGroup(of: Int.self) { group in
            for (number, user) in users.enumerated() {
                group.addTask {
                    try await onThread { try server.auth(user, "\(user)-0", from: "10.0.\(number).1").status }
                }
            }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(codes == [200: accounts])
    }
}
