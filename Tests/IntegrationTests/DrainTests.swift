import Foundation
import Testing

/// How the real program ends while others still look at it.
@Suite(.timeLimit(.minutes(5)))
struct DrainTests {
    private func start(_ settings: String) async throws -> (directory: TemporaryDirectory, server: ServerProcess) {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", settings)
        return (directory, try await ServerProcess(in: directory))
    }

    @Test func `SIGTERM makes it not ready first, and everything else goes on`() async throws {
        let (directory, server) = try await start("[server]\ndrain = \"60s\"\n")
        let password = String(try Program.run(["app-password", "add", "alice"], in: directory).output.dropLast())
        let kept = try HTTPClient(port: server.port)
        #expect(kept.request("GET", "/readyz").status == 200)
        server.signal(SIGTERM)
        await server.waitForLog("stopping")
        var ready = kept.request("GET", "/readyz")
        let limit = ContinuousClock.now + .seconds(30)
        while ready.status == 200, ContinuousClock.now < limit { ready = kept.request("GET", "/readyz") }
        #expect(ready.status == 503)
        #expect(ready.body.hasPrefix("service: stopping\n"))
        #expect(ready.body.contains("database: ok\n"))
        #expect(try server.request("GET", "/livez").status == 200, "new connections are taken")
        #expect(kept.request("POST", "/auth", AuthBody.text("alice", password, from: "192.88.97.7")).status == 200)
        server.signal(SIGHUP)  // is no longer of use, and no harm
        let start = ContinuousClock.now
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(ContinuousClock.now - start < .seconds(30), "a second one means now")
    }

    @Test func `it ends by itself when its time is over`() async throws {
        let (_, server) = try await start("[server]\ndrain = \"500ms\"\n")
        let start = ContinuousClock.now
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(ContinuousClock.now - start >= .milliseconds(500))
    }

    @Test(arguments: [("drain = 0", SIGTERM), ("drain = \"60s\"", SIGINT)])
    func `no time is taken where none is wanted`(setting: String, signal: Int32) async throws {
        let (_, server) = try await start("[server]\n\(setting)\n")
        let start = ContinuousClock.now
        server.signal(signal)
        #expect(await server.waitForExit() == 0)
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
