import Foundation
import TestServers
import Testing

/// Rows that logins miss for nothing but their capitals.
struct SpellingTests {
    private static let insert =
        "INSERT INTO app_passwords (id, uid, password) VALUES (1, 'Dave', '{CRYPT}$6$x'), (2, 'DAVE', '{CRYPT}$6$y'), "
        + "(3, 'erna', '{CRYPT}$6$x'), (4, 'Max.Muster@example.com', '{CRYPT}$6$x'), (5, 'Fritz', '{CRYPT}$6$x');"
    private static let message = "there is an app password for the same name in other capitals"

    private func expectEachOnce(_ server: ServerProcess) async throws {
        for _ in 0..<2 {
            for login in ["dave", "ERNA", "max.muster@example.com", "gustav", "erna", "Fritz", "fr\u{1}itz"] {
                #expect(try server.auth(login, "wrong").status != 200)
            }
        }
        await server.waitForLog(Self.message, times: 4)
        #expect(try server.auth("FRITZ", "wrong").status != 200)
        await server.waitForLog(Self.message, times: 5)
        let lines = server.logText.split(separator: "\n").filter { $0.contains(Self.message) }
        let ids = lines.compactMap { $0.firstMatch(of: #/password.id=(\d+)/#).flatMap { Int($0.output.1) } }
        #expect(ids.sorted() == [1, 2, 3, 4, 5], "\(lines)")
        #expect(lines.contains { $0.contains("login.name=dave ") && $0.contains("password.name=Dave") })
    }

    @Test func `a row that differs in case is told once, in a file`() async throws {
        let directory = try TemporaryDirectory()
        _ = try Program.run(["app-password", "audit"], in: directory)
        try SQLiteShell.run(Self.insert, on: directory.path + "/var/web-auth.sqlite")
        let server = try await ServerProcess(in: directory)
        try await expectEachOnce(server)
    }

    @Test(.enabled(if: MailSite.canRun, "\(MailSite.missing)"), arguments: MailSite.Tables.allCases)
    func `a row that differs in case is told once, in a database`(tables: MailSite.Tables) async throws {
        let site = try await MailSite(
            tables: tables,
            accounts: ["dave", "erna", "max.muster@example.com", "fritz"].map { LDIF.account($0) }.joined())
        try await site.sql(Self.insert)
        try await expectEachOnce(try await ServerProcess(in: site.directory))
    }
}
