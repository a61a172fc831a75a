import Foundation
import Testing

/// `migrate`, as a process.
struct MigrateTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            "old.toml",
            """
            [database]
            dsn = "mysql+pymysql://mailserver:s3cret@localhost/mail_auth"
            [audit]
            audit_result_success = "ok"
            [audit.lists]
            network_cc = "lists/network_cc.lst"
            """)
    }

    @Test func `an old file is told what to do, and nothing is changed`() throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/lists", withIntermediateDirectories: true)
        try directory.write("lists/network_cc.lst", "RU\n")
        let before = try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted()
        let result = try Program.run(["migrate", "--from", "old.toml"], in: directory)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        for part in [
            "network_cc: \(directory.path)/lists/network_cc.lst, 1 entry", "GRANT SELECT ON mail_auth.app_passwords",
            "install -m 640 -g dovecot-web-auth \(directory.path)/old.toml /etc/dovecot-web-auth/config.toml",
            "audit.lists.network_cc = \"\(directory.path)/lists/network_cc.lst\"",
            "systemctl disable --now dovecot-web-auth.service",
            "result_internalfail = return-fail",
        ] { #expect(result.output.contains(part), "\(part) is not in \(result.output)") }
        #expect(!result.output.contains("s3cret"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted() == before)
    }

    @Test func `what has to be changed first ends with 78`() throws {
        let missing = try Program.run(["migrate", "--from", "old.toml"], in: directory)
        #expect(
            missing.status == 78 && missing.output.contains("change old.toml:6:14: audit.lists.network_cc: "),
            "\(missing.output)")
        let gone = try Program.run(["migrate", "--from", "gone.toml"], in: directory)
        #expect(
            gone.status == 78 && gone.errors.contains("gone.toml: cannot be read: there is no such file"),
            "\(gone.errors)")
        #expect(try Program.run(["migrate", "--from", "old.toml", "--lists", "nowhere"], in: directory).status == 78)
        try FileManager.default.createDirectory(
            atPath: directory.path + "/elsewhere", withIntermediateDirectories: true)
        try directory.write("elsewhere/network_cc.lst", "RU\nCN\n")
        let moved = try Program.run(["migrate", "--from", "old.toml", "--lists", "elsewhere"], in: directory)
        #expect(
            moved.status == 0 && moved.output.contains("network_cc: elsewhere/network_cc.lst, 2 entries"),
            "\(moved.output)")
    }
}
