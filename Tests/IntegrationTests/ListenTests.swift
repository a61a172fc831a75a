import Foundation
import Testing

/// Where the real program listens.
@Suite(.timeLimit(.minutes(5)))
struct ListenTests {
    private func site(_ settings: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", settings)
        return directory
    }

    private static let unix = "[[server.listen]]\naddress = \"unix:web-auth.sock\"\nmode = \"0600\"\n"

    @Test func `a Unix socket is served beside the port, and gone when the service is`() async throws {
        let directory = try site("[audit]\nsinks = [\"jsonl:audit.jsonl\"]\n" + Self.unix)
        let added = try Program.run(["app-password", "add", "alice"], in: directory)
        let server = try await ServerProcess(in: directory)
        let path = directory.path + "/web-auth.sock"
        await server.waitForLog("address=unix:\(path)")
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode == S_IFSOCK | 0o600)
        for client in [try HTTPClient(path: path), try HTTPClient(port: server.port)] {
            #expect(client.request("GET", "/readyz").status == 200)
            let body = AuthBody.text("alice", String(added.output.dropLast()), from: "192.88.98.7")
            #expect(client.request("POST", "/auth", body).status == 200)
        }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(lstat(path, &status) != 0)
        // The address of a record is the mail client's, whatever the service was asked through.
        let records = directory.read("audit.jsonl").split(separator: "\n")
        #expect(records.count == 2 && records.allSatisfy { $0.contains(#""ip":"192.88.98.7""#) })
    }

    @Test func `what a killed service left behind is replaced, and one that runs is left alone`() async throws {
        let directory = try site(Self.unix)
        let killed = try await ServerProcess(in: directory)
        killed.signal(SIGKILL)
        _ = await killed.waitForExit()
        let server = try await ServerProcess(in: directory)
        let path = directory.path + "/web-auth.sock"
        #expect(try HTTPClient(path: path).request("GET", "/livez").status == 200)
        let other = try TemporaryDirectory()
        try other.write("config.toml", "[[server.listen]]\naddress = \"unix:\(path)\"\n")
        let second = try Program.run(["serve"], in: other)
        #expect(second.status == 69)
        #expect(second.errors.contains("cannot listen on unix:\(path): "))
        #expect(try HTTPClient(path: path).request("GET", "/livez").status == 200)
        server.signal(SIGKILL)
    }

    @Test func `beyond loopback it does not start without a word against TLS`() async throws {
        for text in [
            "[server]\ntoken = \"t\"\nhost = \"0.0.0.0\"\n",
            "[server]\ntoken = \"t\"\n[[server.listen]]\naddress = \"0.0.0.0:0\"\n",
        ] {
            for verb in ["serve", "check-config"] {
                let result = try Program.run([verb], in: try site(text))
                #expect(result.status == 78)
                #expect(result.errors.contains("passwords would cross the network as they are"))
            }
        }
        let allowed = "insecure_plaintext = true\n"
        let directory = try site("[server]\ntoken = \"t\"\n[[server.listen]]\naddress = \"0.0.0.0:0\"\n" + allowed)
        let check = try Program.run(["check-config"], in: directory)
        #expect(check.status == 0 && check.output.contains("is listened on without TLS"))
        let server = try await ServerProcess(in: directory)
        await server.waitForLog("address=0.0.0.0")
        #expect(server.logText.contains("is listened on without TLS"))
        server.signal(SIGKILL)
    }

    @Test func `a group that is not there is named before anything starts`() async throws {
        let directory = try site(Self.unix + "group = \"no-such-group\"\n")
        for verb in ["serve", "check-config"] {
            let result = try Program.run([verb], in: directory)
            #expect(result.status == 78)
            #expect(
                result.errors.contains("config.toml:4:9: server.listen[0].group: there is no group \"no-such-group\""))
        }
        try directory.write("config.toml", "")
        let server = try await ServerProcess(in: directory)
        try directory.write("config.toml", Self.unix + "group = \"no-such-group\"\n")
        #expect(try server.request("POST", "/reload").status == 409, "a restart would fail")
        try directory.write("config.toml", Self.unix)
        #expect(try server.request("POST", "/reload").body.contains(#""restart_needed":["server.listen"]"#))
        server.signal(SIGKILL)
    }
}
