import Foundation
import Settings
import Testing

struct SettingsSourceTests {
    private let all = [
        "/opt/my.toml": "", "/work-dir/c.toml": "", "/work-dir/config.toml": "",
        "/etc/dovecot-web-auth/config.toml": "",
    ]

    private func found(_ option: String?, _ variables: [String: String], without: Set<String> = []) throws -> String {
        let environment = environment(files: all.filter { !without.contains($0.key) }, variables: variables)
        switch try SettingsSource.find(option: option, in: environment) {
        case .file(let path): return path.resolved
        case .embeddedDefault: return "embedded"
        }
    }

    @Test func `settings are looked for in order`() throws {
        let variables = ["CONFIG_PATH": "/opt/my.toml"]
        #expect(try found("c.toml", variables) == "/work-dir/c.toml")
        #expect(try found(nil, variables) == "/opt/my.toml")
        #expect(try found(nil, ["CONFIG_PATH": ""]) == "/work-dir/config.toml")
        let here: Set = ["/work-dir/config.toml"]
        #expect(try found(nil, [:], without: here) == "/etc/dovecot-web-auth/config.toml")
        #expect(try found(nil, [:], without: here.union(["/etc/dovecot-web-auth/config.toml"])) == "embedded")
    }

    @Test func `a file that was named and is missing is a problem, not a reason to look on`() {
        #expect(throws: SettingsProblem.self) { try found("gone.toml", [:]) }
        #expect(throws: SettingsProblem.self) { try found(nil, ["CONFIG_PATH": "/gone"]) }
    }

    @Test func `relative paths start at the settings file, wherever it was found`() throws {
        let environment = environment(files: [
            "/work-dir/sub/c.toml": "server.state_directory = 's'\ndatabase.dsn = 'sqlite:///x.db'"
        ])
        let source = try SettingsSource.find(option: "sub/c.toml", in: environment)
        let settings = try Settings.load(source, in: environment).settings
        #expect(settings.server.stateDirectory == "/work-dir/sub/s")
        #expect(settings.baseDirectory == "/work-dir/sub")
        #expect(!settings.database.isMariaDB)
    }

    @Test func `the process's own environment reads files and says why it cannot`() throws {
        let environment = SettingsEnvironment.process
        #expect(environment.isFile(#filePath))
        #expect(!environment.isFile("/"))
        #expect(try environment.contents(#filePath).count > 100)
        #expect(throws: UnreadableFile.self) { try environment.contents("/nowhere") }
        do {
            _ = try environment.contents("/nowhere")
        } catch {
            #expect(error.reason == "No such file or directory")
        }
        #expect(throws: UnreadableFile.self) { try environment.contents("/") }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pipe is read to its end, and not waited for if nobody writes to it`() throws {
        let path = NSTemporaryDirectory() + "pipe-\(UUID().uuidString)"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        do {
            _ = try SettingsEnvironment.process.contents(path)
            Issue.record("there was nothing to read")
        } catch {
            #expect(error.reason == "it is a pipe, and nobody writes to it (for 15 s)")
        }
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        writer.arguments = ["-c", "{ echo a; echo b; } >\"$0\"", path]
        try writer.run()
        #expect(try SettingsEnvironment.process.contents(path) == Array("a\nb\n".utf8))
        writer.waitUntilExit()
    }
}
