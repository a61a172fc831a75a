import DovecotHarness
import Foundation
import TestServers
import Testing

/// README's trial of the package in an empty Debian, typed as it stands there.
@Suite(.enabled(if: !BuiltPackages.all.isEmpty, "\(BuiltPackages.missing)"), .timeLimit(.minutes(10)))
struct FollowedTrialTests {
    @Test(.enabled(if: BootedSystemd.trouble == nil, "\(BootedSystemd.skipped)"))
    func `README's trial ends with a good login, and leaves nothing`() async throws {
        let block = try #require(Documentation.blocks("../README.md").first { $0.text.contains("debootstrap") })
        #expect(block.commands == 6)
        let end = try #require(
            Documentation.text("../README.md").firstMatch(of: /`(kill %1; [^`]*)`/)
        ).output.1

        // Its directory and port are ours; all else is as written.
        let directory = try TemporaryDirectory()
        let port = try freePort()
        func adapt(_ text: String) -> String {
            text.replacing("/srv/trial", with: directory.path + "/trial")
                .replacing(":8000", with: ":\(port)").replacing(
                    "serve --offline", with: "serve --offline --port \(port)")
        }
        let release = try #require(DebianTree.releaseOfMachine)
        let packages = try #require(BuiltPackages.all.first { $0.release == release })
        let package = try URL(fileURLWithPath: packages.server)
        try FileManager.default.copyItem(
            at: package, to: URL(fileURLWithPath: directory.path).appendingPathComponent(package.lastPathComponent))

        let lines = adapt(block.text).components(separatedBy: "\n")
        let add = try #require(lines.firstIndex { $0.contains("app-password add") })
        let serve = try #require(lines.firstIndex { $0.hasSuffix(" &") })
        let ask = lines[(serve + 1)...].joined(separator: "\n").replacing("THE PASSWORD", with: "'\"$password\"'")
        let script = """
            cd \(directory.path)
            { \(lines[..<add].joined(separator: "\n"))
            } >said 2>&1
            password=$(\(lines[add]) 2>>said)
            \(lines[serve].dropLast(2)) >>said 2>&1 &
            n=0
            until curl -s -o said.ready http://127.0.0.1:\(port)/readyz || [ $n = 100 ]; do n=$((n + 1)); sleep 0.1; done
            \(ask)
            """
        // Mounts of its own, which go when it ends, whatever becomes of it.
        let whole = "\(script)\n\(adapt(String(end))) 2>>said"
        let result = try await onThread {
            try Tool.run(
                "/usr/bin/env",
                ["unshare", "--mount", "--propagation", "private", "bash", "-ec", whole])
        }
        let said = directory.read("said")
        #expect(
            result.output.contains(#"{"status":"success","password_id":1}"#), "\(result.output)\(result.errors)\(said)")
        #expect(result.status == 0, "\(result.errors)\(said)")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/trial"))
    }
}
