import DovecotHarness
import Foundation
import Testing

/// That both Dovecots are tested, and the documented steps with Debian's own configuration of each.
@Suite(.serialized)
struct DebianTests {
    @Test(.enabled(if: DovecotVersion.v23.shouldRun, "\(DovecotVersion.v23.skipped)"))
    func `Dovecot 2.3 is tested`() async throws { try await expectVersion(.v23) }

    @Test(.enabled(if: DovecotVersion.v24.shouldRun, "\(DovecotVersion.v24.skipped)"))
    func `Dovecot 2.4 is tested`() async throws { try await expectVersion(.v24) }

    private func expectVersion(_ version: DovecotVersion) async throws {
        let dovecot = try await DovecotServer.start(version, apiURL: "http://127.0.0.1:1")
        #expect(await dovecot.logs("Dovecot v\(version)."))
        await dovecot.stop()
    }

    @Test(arguments: DovecotVersion.tested)
    func `the documented include works with Debian's configuration`(version: DovecotVersion) async throws {
        // The files of 2.4's Debian are seen from its own root, so the copy lies where both see it.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dovecot-etc-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let original = URL(fileURLWithPath: try await version.debianConfiguration())
        try FileManager.default.copyItem(at: original, to: folder)
        let tree = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL.path
        let blocks = Documentation.blocks("dovecot.md").filter { ["sh run", "sh run source"].contains($0.info) }
        let commands = blocks.flatMap { $0.text.split(separator: "\n") }.filter { $0.contains("/etc/dovecot/conf.d") }
            .joined(separator: "\n")
            .replacingOccurrences(of: "/etc/dovecot", with: folder.path)
            .replacingOccurrences(of: "$(dovecot --version | cut -c1-3)", with: "\(version)")
        #expect(commands.contains("10-auth.conf"))
        let script = "cd \(tree)\n\(commands)\n"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", script]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let result = try await version.doveconf(folder.path + "/dovecot.conf")
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.components(separatedBy: "driver = lua").count == 3, "\(result.output)")
        let userdb = version == .v23 ? "userdb {\n  driver = passwd\n}" : "userdb passwd {\n}"
        #expect(result.output.contains(userdb), "\(result.output)")
        #expect(!result.output.contains("pam"))
    }
}
