import DovecotHarness
import Foundation
import Locks
import TestServers
import Testing

/// The documentation, followed from an empty Debian to a login that proves it, and on: every command of the blocks whose
/// fence says `sh run`, in order.
@Suite(
    .enabled(if: BootedSystemd.trouble == nil, "\(BootedSystemd.skipped)"), .serialized, .timeLimit(.minutes(15)))
struct FollowedDocumentationTests {
    private static func blocks(_ pages: [String], _ kinds: [String]) -> [Documentation.Block] {
        pages.flatMap { Documentation.blocks($0) }.filter { kinds.contains($0.info) }
    }

    @Test func `every command is followed, or one that needs the network, a toolchain or another machine`() {
        let pages = ["../README.md", "install.md", "dovecot.md", "roundcube.md", "upgrade.md", "migrating.md"]
        for block in pages.flatMap({ Documentation.blocks($0) }) where block.info == "sh" {
            let elsewhere = ["git clone", "scripts/", "debootstrap", "ShowHistory.php"]
            #expect(elsewhere.contains { block.text.contains($0) }, "\(block)")
        }
        // A block without a language is no command.
        for block in pages.flatMap({ Documentation.blocks($0) }) where block.info.isEmpty {
            #expect(block.text.contains("passdb"), "\(block)")
        }
    }

    @Test(arguments: Source.all)
    func `who follows the pages from source logs in, keeps it, and gets rid of it again`(source: Source) async throws {
        let machine = try await Self.boot(source)
        let reader = Reader(on: machine, in: Self.source)
        try await reader.follow(Self.blocks(["install.md", "dovecot.md"], ["sh run", "sh run source"]))
        #expect(reader.said.contains("auth succeeded"), "\(reader.said)")
        let first = reader.password
        #expect(try await reader.test("wrong").contains("auth failed"))
        // The account itself, which a mail server has.
        try await machine.shell("useradd --create-home alice")
        #expect(try await reader.imap(first))
        #expect(try await !reader.imap("wrong"))
        try await Self.consultDoctor(machine)

        // Backup, a day on which everything is lost, and the backup put back.
        let keeping = Self.blocks(["upgrade.md"], ["sh run"])
        try #require(keeping.count == 4, "backup, restoring, after an upgrade, the way out")
        try await reader.follow([keeping[0]])
        try await machine.shell(
            """
            systemctl stop web-auth
            rm -r /var/lib/dovecot-web-auth/* /etc/dovecot-web-auth/*
            """)
        #expect(try await reader.test(first).contains("temp_fail"))
        try await reader.follow([keeping[1]])
        #expect(try await reader.test(first).contains("auth succeeded"))
        try await reader.follow([keeping[2]])
        #expect(try await reader.imap(first))

        // The same with MariaDB, where the first password is none.
        try await reader.follow(Self.blocks(["install.md"], ["sh run mariadb"]).dropLast())
        try await machine.shell(
            """
            printf '[database]\\ndsn = "mysql://mailserver:…@localhost/mail_auth?unix_socket=/run/mysqld/mysqld.sock"\\n' \
                >>/etc/dovecot-web-auth/config.toml
            systemctl restart web-auth
            """)
        #expect(try await reader.test(first).contains("auth failed"))
        try await reader.follow(Self.blocks(["install.md"], ["sh run mariadb"]).suffix(1))
        #expect(try await reader.imap(reader.password))
        #expect(try await !reader.imap("wrong"))
        try await reader.follow(Self.blocks(["roundcube.md"], ["sh run mariadb"]))
        #expect(reader.said.contains("auth succeeded"), "\(reader.said)")

        try await reader.follow([keeping[3]])
        #expect(try await !reader.test(reader.password).contains("auth succeeded"))
        #expect(try await !machine.shell("doveconf -n").contains("lua"))
    }

    @Test(.enabled(if: !BuiltPackages.all.isEmpty, "\(BuiltPackages.missing)"), arguments: BuiltPackages.all)
    func `ten commands lead from the packages and an empty Debian to a proven login`(
        packages: BuiltPackages
    ) async throws {
        let way = Self.blocks(["install.md", "dovecot.md"], ["sh run", "sh run package"])
        #expect((5...10).contains(way.map(\.commands).reduce(0, +)), "\(way)")
        let machine = try await PackageSite(packages).machine
        // Nothing else is installed beside them, for there is no network, and nobody asks.
        try await machine.write(
            "APT::Install-Recommends \"false\";\nAPT::Get::Assume-Yes \"true\";\n", to: "/etc/apt/apt.conf.d/99answers")
        let reader = Reader(on: machine, in: PackageSite.directory)
        try await reader.follow(way)
        #expect(reader.said.contains("auth succeeded"), "\(reader.said)")
        #expect(try await reader.test("wrong").contains("auth failed"))
        try await machine.shell("useradd --create-home alice")
        #expect(try await reader.imap(reader.password))
        #expect(try await !reader.imap("wrong"))
        try await Self.consultDoctor(machine)

        try await reader.follow(Self.blocks(["upgrade.md"], ["sh run", "sh run package"]).suffix(2))
        #expect(try await !reader.test(reader.password).contains("auth succeeded"))
        #expect(
            try await machine.shell("ls -d /etc/dovecot-web-auth /var/lib/dovecot-web-auth 2>&1 || :").contains(
                "No such file"))
    }

    /// Types what has the finished installation looked at: it finds no error but that a machine without a network has no
    /// resolver, and the proof with logins succeeds.
    private static func consultDoctor(_ machine: BootedSystemd) async throws {
        let lines = blocks(["install.md"], ["sh run doctor"]).flatMap { $0.text.split(separator: "\n") }
        try #require(lines.count == 2 && lines[1].contains("--login"))
        for line in lines {
            let said = try await machine.shell("\(line) 2>&1 || [ $? -le 2 ]")
            let errors = said.split(separator: "\n").filter { $0.hasPrefix("error: ") && !$0.hasPrefix("error: dns.") }
            #expect(errors.isEmpty, "\(said)")
            #expect(!line.contains("--login") || said.contains("ok       revoked password: refused"), "\(said)")
        }
    }

    private static let source = "/usr/local/src/dovecot-web-auth"

    /// Where a program comes from that was built from source on some Debian.
    enum Source: CustomTestStringConvertible {
        /// This machine.
        case here
        /// Another release, whose package has it.
        case package(BuiltPackages)

        static let all: [Source] =
            [.here] + BuiltPackages.all.filter { $0.release != DebianTree.releaseOfMachine }.map(Source.package)

        var testDescription: String {
            if case .package(let packages) = self { packages.release } else { "this machine's release" }
        }
    }

    /// A Debian with Dovecot, MariaDB and what the program needs, and the source tree with a program that has been built.
    private static func boot(_ from: Source) async throws -> BootedSystemd {
        var packages: Set = [
            "dbus", "dovecot-auth-lua", "dovecot-imapd", "lua-cjson", "mariadb-server", "sqlite3", "systemd",
            "systemd-sysv",
        ]
        var files: [String: String] = [:]
        let release: String
        switch from {
        case .here:
            release = try #require(DebianTree.releaseOfMachine)
            files = try SystemdSite.libraries(of: Program.path)
            files["\(source)/.build/release/web-auth-server"] = try Program.path
        case .package(let built):
            release = built.release
            packages.formUnion(try BuiltPackages.needs(of: built.server))
            packages.subtract(["libc6", "libgcc-s1", "zlib1g"])
            let directory = try TemporaryDirectory()
            let extraction = try Tool.run("/usr/bin/env", ["dpkg-deb", "--extract", built.server, directory.path])
            try #require(extraction.status == 0, "\(extraction.errors)")
            extracted.withLock { $0.append(directory) }
            files["\(source)/.build/release/web-auth-server"] = "\(directory.path)/usr/bin/web-auth-server"
        }
        let tree = DebianTree(release: release, packages: packages.sorted())
        for name in ["database", "lists", "lua", "packaging"] { files["\(source)/\(name)"] = "\(Tool.sources)/\(name)" }
        return try await BootedSystemd(files: files, tree: tree)
    }

    /// Programs of packages, for as long as machines see them.
    private static let extracted = Mutex<[TemporaryDirectory]>([])
}
