import Foundation
import Testing

/// Stored passwords through the real program.
@Suite(.timeLimit(.minutes(5)))
struct PasswordTests {
    @Test func `a password stored in any scheme logs in through the server`() async throws {
        let directory = try TemporaryDirectory()
        let schemes = ["SHA512-CRYPT", "SHA256-CRYPT", "BLF-CRYPT", "YESCRYPT", "ARGON2I", "argon2id"]
        var passwords: [String] = []
        for scheme in schemes {  // each for a user of its own, so that a login is one hash
            let added = try Program.run(["app-password", "add", "user-\(scheme)", "--scheme", scheme], in: directory)
            #expect(added.status == 0, "\(scheme): \(added.errors)")
            passwords.append(added.output.trimmingCharacters(in: .newlines))
        }
        let help = try Program.run(["app-password", "add", "--help"], in: directory).output
        let unknown = try Program.run(["app-password", "add", "alice", "--scheme", "ROT13"], in: directory)
        #expect(schemes.allSatisfy { help.contains($0.uppercased()) })
        #expect(unknown.status == 64)
        let server = try await ServerProcess(in: directory)
        for round in ["cold", "warm"] {
            for (index, password) in passwords.enumerated() {
                let answer = try server.auth("user-\(schemes[index])", password)
                #expect(answer.status == 200, "\(schemes[index]), \(round)")
                #expect(answer.body == #"{"status":"success","password_id":\#(index + 1)}"#)
            }
        }
        for scheme in schemes { #expect(try server.auth("user-\(scheme)", "wrong").status == 401) }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
    }

    @Test(.enabled(if: getuid() == 0, "needs root, to start the server as another user"))
    func `the server's memory is kept from dumps and from other processes of its user`() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)
        let limits = try #require(try FileHandle(forReadingAtPath: "/proc/\(server.pid)/limits")?.readToEnd())
        #expect(String(decoding: limits, as: UTF8.self).contains(/Max core file size\s+0\s+0\s/))
        // In /proc, the files of a process that may be dumped belong to its user, those of any other to root.
        let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(server.pid)/mem")[.ownerAccountID]
        #expect(owner as? Int == 0)
        let status = try #require(try FileHandle(forReadingAtPath: "/proc/\(server.pid)/status")?.readToEnd())
        #expect(String(decoding: status, as: UTF8.self).contains("Uid:\t\(OrdinaryUser.id)\t"))
    }
}
