import DovecotHarness
import Foundation
import Testing

/// Limits of app passwords, as mail clients meet them.
extension DovecotLoginTests {
    private func limited(_ options: String...) throws -> String {
        let added = try Program.run(["app-password", "add", "alice"] + options, in: directory)
        try #require(added.status == 0, "\(added.errors)")
        return String(added.output.dropLast())
    }

    @Test(arguments: DovecotVersion.tested)
    func `a password for IMAP sends no mail, and one for sending reads none`(version: DovecotVersion) async throws {
        let reading = try limited("--services", "imap")
        let sending = try limited("--services", "smtp,submission")
        let ended = try limited("--expires", "2020-01-01")
        let early = try limited("--not-before", "1d")
        let home = try limited("--networks", "192.88.97.0/24")
        try await with(version) { dovecot, server async throws in
            /// As Postfix asks Dovecot whether a client may send.
            func postfix(_ password: String, from address: String = "192.88.97.7") async throws -> SASLReply {
                try await dovecot.authenticate("PLAIN", user: "alice", secret: password, from: address, service: "smtp")
            }
            #expect(try await dovecot.imapLogin(user: "alice", password: reading, from: "192.88.97.7") == .ok)
            let refused = try await postfix(reading)
            #expect(!refused.isOK && !refused.fields.contains("temp") && !refused.fields.contains("code=temp_fail"))
            #expect(try await postfix(sending).isOK)
            let unread = try await dovecot.imapLogin(user: "alice", password: sending, from: "192.88.97.7")
            #expect(unread.code == "AUTHENTICATIONFAILED")
            if DovecotVersion.testedWithSubmission.contains(version) {
                #expect(try await dovecot.submissionLogin(user: "alice", password: sending) == .ok)
                #expect(try await dovecot.submissionLogin(user: "alice", password: reading).code == "535")
            }
            #expect(await dovecot.logs("web-auth: 403 not for smtp"))
            #expect(await dovecot.logs("403 not for imap"))

            #expect(try await dovecot.imapLogin(user: "alice", password: ended).code == "EXPIRED")
            #expect(try await !postfix(ended).isOK)
            #expect(try await dovecot.imapLogin(user: "alice", password: early).code == "AUTHENTICATIONFAILED")
            #expect(try await dovecot.imapLogin(user: "alice", password: home, from: "192.88.97.9") == .ok)
            let away = try await dovecot.imapLogin(user: "alice", password: home, from: "192.88.96.9")
            #expect(away.code == "AUTHENTICATIONFAILED")
            #expect(try await postfix(home).isOK)
            #expect(try await !postfix(home, from: "192.88.96.9").isOK)
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        let lines = directory.read("audit.jsonl").split(separator: "\n")
        for (event, count) in [("expired", 2), ("not_yet", 1), ("wrong_place", 2)] {
            #expect(lines.count { $0.contains(#""event":"\#(event)""#) } == count, "\(event)")
        }
        #expect(lines.contains { $0.contains(#""event":"wrong_service""#) && $0.contains(#""service":"smtp""#) })
        #expect(lines.contains { $0.contains(#""event":"wrong_service""#) && $0.contains(#""service":"imap""#) })
    }
}
