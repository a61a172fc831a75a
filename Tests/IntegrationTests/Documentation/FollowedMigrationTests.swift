import DovecotHarness
import Foundation
import TestServers
import Testing

/// What `migrate` tells somebody who comes from the old program, typed line by line on a booted Debian.
@Suite(
    .enabled(if: !BuiltPackages.all.isEmpty, "\(BuiltPackages.missing)"),
    .enabled(if: BootedSystemd.trouble == nil, "\(BootedSystemd.skipped)"), .serialized, .timeLimit(.minutes(10)))
struct FollowedMigrationTests {
    private static let settings = "/etc/dovecot-web-auth/config.toml"

    @Test(arguments: BuiltPackages.all)
    func `what migrate prints leads to the new program with the old passwords, and back`(
        packages: BuiltPackages
    ) async throws {
        let site = try await PackageSite(packages)
        try await site.install()
        try await Self.makeOld(on: site.machine)
        // The page's only command.
        let page = Documentation.blocks("migrating.md").filter { $0.info == "sh run" }
        try #require(page.count == 1 && page[0].commands == 1)
        let told = Told(try await site.machine.shell(page[0].text))
        #expect(!told.description.contains("* change "), "\(told)")

        try await site.machine.shell(
            "mariadb <<'EOT'\n" + #require(told["Database"]).joined(separator: "\n") + "\nEOT")
        // The lines for Dovecot, below a main passdb and above a userdb, as that page has it.
        let passdbs = try #require(told["Dovecot"]).joined(separator: "\n")
        try await site.machine.write(
            passdbs + "\n" + Self.userdb(packages), to: "/etc/dovecot/conf.d/auth-old.conf.ext")
        try await site.machine.shell(
            """
            cp /usr/share/dovecot-web-auth-lua/*.lua /etc/dovecot/
            sed -i 's/^!include auth-system.conf.ext/!include auth-old.conf.ext/' /etc/dovecot/conf.d/10-auth.conf
            systemctl restart dovecot
            """)
        for line in try #require(told["In this order"]) {
            if let change = line.wholeMatch(of: /# in (?<file>[^:]+): (?<line>.+)/)?.output {
                try await Self.change(String(change.line), in: String(change.file), on: site.machine)
            } else {
                // A machine without a network has no resolver, which doctor says.
                try await site.machine.shell(line.contains(" doctor") ? "\(line) || [ $? -le 2 ]" : line)
            }
        }
        #expect(try await site.property("ActiveState") == "active")
        #expect(try await site.property("ActiveState", of: "dovecot-web-auth.service") == "inactive")
        let reader = Reader(on: site.machine, in: "/")
        #expect(try await reader.test("an old password").contains("auth succeeded"))
        #expect(try await reader.test("another").contains("auth failed"))
        #expect(try await site.said("mariadb -N -e 'SELECT COUNT(*) FROM mail_auth.log'") == "1")

        for line in try #require(told["The way back"]) where !line.hasPrefix("#") { try await site.machine.shell(line) }
        #expect(try await site.property("ActiveState") == "inactive")
        #expect(try await site.property("ActiveState", of: "dovecot-web-auth.service") == "active")
    }

    /// The old program's settings, a unit of its name, and its database with an app password of alice.
    private static func makeOld(on machine: BootedSystemd) async throws {
        try await machine.shell(
            "mkdir -p /opt/dovecot_web_auth/lists && echo RU >/opt/dovecot_web_auth/lists/network_cc.lst")
        try await machine.write(
            """
            [database]
            dsn = "mysql+pymysql://mailserver:s3cret@localhost/mail_auth?unix_socket=/run/mysqld/mysqld.sock"
            [cache]
            mode = "memory"
            [audit.lists]
            network_cc = "lists/network_cc.lst"

            """, to: "/opt/dovecot_web_auth/config.toml")
        try await machine.write(
            "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
            to: "/etc/systemd/system/dovecot-web-auth.service")
        try await machine.shell(
            """
            systemctl daemon-reload
            systemctl enable --now dovecot-web-auth.service
            mariadb -e "CREATE DATABASE mail_auth; CREATE USER mailserver@localhost IDENTIFIED BY 's3cret';
                CREATE USER roundcube@webmail.example.com"
            mariadb mail_auth </usr/share/doc/dovecot-web-auth/examples/database/mariadb.sql
            hash=$(perl -e 'print crypt("an old password", "\\$6\\$saltsalt\\$")')
            mariadb mail_auth -e "INSERT INTO app_passwords (uid, password, created) VALUES ('alice', '$hash', NOW())"
            """)
    }

    /// Debian's own userdb.
    private static func userdb(_ packages: BuiltPackages) -> String {
        packages.release == "bookworm" ? "userdb {\n  driver = passwd\n}\n" : "userdb passwd {\n}\n"
    }

    /// Makes a change that is told as `table.key = value` of a key that is there, or `[table] key = value` of a new one.
    private static func change(_ line: String, in file: String, on machine: BootedSystemd) async throws {
        if let new = line.wholeMatch(of: /(?<table>\[.+\]) (?<line>.+)/)?.output {
            try await machine.shell("printf '%s\\n' '\(new.table)' '\(new.line)' >>\(file)")
        } else {
            let (_, name, value) = try #require(line.wholeMatch(of: /(?:\w+\.)*(\w+) = (.+)/)).output
            try await machine.shell(
                "grep -q '^\(name) = ' \(file) && sed -i 's|^\(name) = .*|\(name) = \(value)|' \(file)")
        }
    }
}

/// What `migrate` printed.
private struct Told: CustomStringConvertible {
    /// The lines to type of each section, without their indentation.
    private var sections: [String: [String]] = [:]
    let description: String

    init(_ text: String) {
        description = text
        let lines = text.split(separator: "\n").map(String.init)
        var title = ""
        for (line, next) in zip(lines, lines.dropFirst() + [""]) {
            if !next.isEmpty, next.allSatisfy({ $0 == "-" }) {
                title = line
                sections[title] = []
            } else if line.hasPrefix("    ") {
                sections[title]?.append(String(line.dropFirst(4)))
            }
        }
    }

    /// Those of a section; nil without it.
    subscript(title: String) -> [String]? { sections[title] }
}
