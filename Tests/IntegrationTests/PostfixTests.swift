import DovecotHarness
import Foundation
import TestServers
import Testing

/// A real Postfix (`smtpd_sasl_type = dovecot`) that asks a real Dovecot, which asks the real server.
extension DovecotLoginTests {
    @Test(.enabled(if: PostfixServer.isAvailable, "\(PostfixServer.missing)"), arguments: DovecotVersion.tested)
    func `through Postfix one password sends no mail, and another one reads none`(
        version: DovecotVersion
    ) async throws {
        func add(_ options: String...) throws -> String {
            let added = try Program.run(["app-password", "add", "alice"] + options, in: directory)
            try #require(added.status == 0, "\(added.errors)")
            return String(added.output.dropLast())
        }
        let reading = try add("--services", "imap")
        let sending = try add("--services", "smtp")
        let ended = try add("--expires", "2020-01-01")
        try await with(version) { dovecot, server async throws in
            let postfix = try await PostfixServer(authenticatingAt: dovecot.authenticationSocket)
            func smtp(_ password: String, from address: String = "192.88.97.7") async throws -> LoginReply {
                try await SMTPLogin.attempt(port: postfix.port, user: "alice", password: password, from: address)
            }
            #expect(try await smtp(sending) == .ok, "\(postfix.log)")
            #expect(try await smtp(reading).code == "535")
            #expect(try await smtp(ended).code == "535")
            // The place is the client's, not Postfix's.
            #expect(try await smtp(sending, from: "192.88.98.7").code == "535")
            #expect(try await dovecot.imapLogin(user: "alice", password: reading, from: "192.88.97.7") == .ok)
            let unread = try await dovecot.imapLogin(user: "alice", password: sending, from: "192.88.97.7")
            #expect(unread.code == "AUTHENTICATIONFAILED")
            for reason in [
                "403 not for smtp", "403 not for imap", "410 password has expired",
                "403 access from 192.88.98.0/24 is forbidden",
            ] {
                #expect(await dovecot.logs("web-auth: \(reason)"), "\(reason): \(dovecot.log.suffix(2000))")
            }
            try await postfix.stop()
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        let lines = directory.read("audit.jsonl").split(separator: "\n")
        func has(_ texts: String...) -> Bool { lines.contains { line in texts.allSatisfy { line.contains($0) } } }
        #expect(has(#""event":"wrong_service""#, #""service":"smtp""#, #""ip":"192.88.97.7""#))
        #expect(has(#""event":"wrong_service""#, #""service":"imap""#))
        #expect(has(#""event":"expired""#, #""service":"smtp""#))
        #expect(has(#""matched":"ip""#, #""service":"smtp""#, #""ip":"192.88.98.7""#))
        #expect(has(#""blocked":false"#, #""service":"smtp""#))
        #expect(has(#""blocked":false"#, #""service":"imap""#))
    }
}
