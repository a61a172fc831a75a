import Foundation
import TestServers
import Testing

/// The packages as files.
@Suite(.enabled(if: !BuiltPackages.all.isEmpty, "\(BuiltPackages.missing)"))
struct PackageFileTests {
    @Test(arguments: BuiltPackages.all)
    func `the service's package has all it should, and is no larger than it may be`(packages: BuiltPackages) throws {
        let package = try packages.server
        let contents = try BuiltPackages.contents(of: package)
        let units = packages.release == "bookworm" ? "/lib/systemd/system" : "/usr/lib/systemd/system"
        let doc = "/usr/share/doc/dovecot-web-auth"
        var files = [
            "/usr/bin/web-auth-server", "\(units)/web-auth.service", "\(units)/web-auth@.service",
            "/usr/lib/sysusers.d/dovecot-web-auth.conf", "/usr/lib/tmpfiles.d/dovecot-web-auth.conf",
            "/usr/share/bash-completion/completions/web-auth-server",
            "/usr/share/zsh/vendor-completions/_web-auth-server",
            "/usr/share/fish/vendor_completions.d/web-auth-server.fish",
            "/usr/share/apparmor/extra-profiles/web-auth-server", "/etc/dovecot-web-auth/",
            "\(doc)/copyright", "\(doc)/CHANGELOG.md", "\(doc)/examples/config.toml",
            "\(doc)/examples/config.toml.example", "\(doc)/examples/logrotate/dovecot-web-auth",
            "\(doc)/examples/fail2ban/filter.d/dovecot-web-auth.conf",
            "\(doc)/examples/crowdsec/parsers/dovecot-web-auth.yaml", "\(doc)/examples/prometheus/alerts.yml",
            "\(doc)/examples/grafana/dovecot-web-auth.json", "\(doc)/examples/database/grants.sql",
        ]
        files += ManualTests.pages.map { "/usr/share/man/man\($0.suffix(1))/\($0).gz" }
        for directory in ["lists", "docs"] {
            let place = directory == "docs" ? doc : "\(doc)/examples/\(directory)"
            let names = try FileManager.default.subpathsOfDirectory(atPath: "\(Tool.sources)/\(directory)")
            files += names.map { "\(place)/\($0)" }.map { contents["\($0)/"] == nil ? $0 : "\($0)/" }
        }
        for file in files { #expect(contents[file] != nil, "\(file) is missing") }
        for (path, entry) in contents {
            let isProgram = path == "/usr/bin/web-auth-server"
            #expect(entry.owner == "root/root" && entry.mode.hasPrefix("-rwx") == isProgram, "\(path)")
            #expect(!path.contains("/local/"), "\(path)")
        }
        // No settings come with it: their file would be overwritten, or asked about, at each upgrade.
        #expect(!contents.keys.contains { $0.hasPrefix("/etc/") && !$0.hasSuffix("/") })

        let attributes = try FileManager.default.attributesOfItem(atPath: package)
        #expect(try #require(attributes[.size] as? Int) <= 30_000_000)
        #expect(try #require(Int(BuiltPackages.field("Installed-Size", of: package))) <= 90_000)
        let depends = try BuiltPackages.needs(of: package)
        // Of libraries those of this very release: dpkg-shlibdeps has looked them up.
        let of13 = ["libcares2", "libldap2"]
        let of12 = ["libc-ares2", "libldap-2.5-0"]
        #expect(depends.contains("libmariadb3") && depends.contains("libsystemd0"), "\(depends)")
        if packages.release == "bookworm" { #expect(Set(of12).isSubset(of: depends), "\(depends)") }
        if packages.release == "trixie" { #expect(Set(of13).isSubset(of: depends), "\(depends)") }
    }

    @Test(
        .enabled(if: BuiltPackages.isCI, "packages that were built some time ago are tested, too"),
        arguments: BuiltPackages.all)
    func `they are of this very commit`(packages: BuiltPackages) throws {
        let time = try Tool.run(
            "/usr/bin/env",
            ["TZ=UTC", "git", "-C", Tool.sources, "log", "-1", "--format=%cd", "--date=format-local:%Y%m%d.%H%M%S"])
        let stamp = time.output.trimmingCharacters(in: .newlines)
        try #require(stamp.count == 15, "\(time.errors)")
        for package in try [packages.server, packages.lua, packages.symbols] {
            #expect(try BuiltPackages.field("Version", of: package).contains("~dev\(stamp)+"), "\(package)")
        }
    }

    @Test(arguments: BuiltPackages.all)
    func `the program is stripped, and its symbols lie beside it`(packages: BuiltPackages) throws {
        let directory = try TemporaryDirectory()
        for package in try [packages.server, packages.symbols] {
            let extraction = try Tool.run("/usr/bin/env", ["dpkg-deb", "--extract", package, directory.path])
            #expect(extraction.status == 0, "\(extraction.errors)")
        }
        let program = "\(directory.path)/usr/bin/web-auth-server"
        let notes = try Tool.run("/usr/bin/env", ["readelf", "--notes", "--sections", program])
        #expect(!notes.output.contains(".symtab") && !notes.output.contains(".debug_info"))
        let id = try #require(notes.output.firstMatch(of: /Build ID: ([0-9a-f]+)/)).1
        let symbols = "\(directory.path)/usr/lib/debug/.build-id/\(id.prefix(2))/\(id.dropFirst(2)).debug"
        #expect(try Tool.run("/usr/bin/env", ["readelf", "--sections", symbols]).output.contains(".debug_info"))
    }

    @Test(arguments: BuiltPackages.all)
    func `the scripts' package has what Dovecot needs, with the token where the other one puts it`(
        packages: BuiltPackages
    ) throws {
        let package = try packages.lua
        #expect(try BuiltPackages.needs(of: package) == ["dovecot-auth-lua", "lua-cjson"])
        #expect(try BuiltPackages.field("Architecture", of: package) == "all")
        let directory = try TemporaryDirectory()
        #expect(try Tool.run("/usr/bin/env", ["dpkg-deb", "--extract", package, directory.path]).status == 0)
        let shared = "\(directory.path)/usr/share"
        for script in ["auth.lua", "audit.lua"] {
            let ours = try Data(contentsOf: URL(fileURLWithPath: "\(Tool.sources)/lua/\(script)"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(shared)/dovecot-web-auth-lua/\(script)")) == ours)
        }
        for version in ["2.3", "2.4"] {
            for kind in ["open", "closed"] {
                let name = "dovecot-\(version)-fail-\(kind).conf.ext"
                let text = try String(
                    contentsOfFile: "\(shared)/doc/dovecot-web-auth-lua/examples/\(name)", encoding: .utf8)
                #expect(text.contains("/usr/share/dovecot-web-auth-lua/auth.lua"), "\(name)")
                #expect(text.contains("/usr/share/dovecot-web-auth-lua/audit.lua"), "\(name)")
                #expect(!text.contains("/etc/dovecot/a"), "\(name)")
                let token =
                    version == "2.3"
                    ? /(?m)^import_environment = .*WEB_AUTH_TOKEN_FILE=\/etc\/dovecot-web-auth\/token$/
                    : /(?m)^    token_file = \/etc\/dovecot-web-auth\/token$/
                #expect(text.matches(of: token).count == (version == "2.3" ? 1 : 2), "\(name)")
            }
        }
    }

    @Test(
        .enabled(if: InstalledServers.has("lintian"), "packages are not linted: apt-get install lintian"),
        arguments: BuiltPackages.all)
    func `lintian finds nothing`(packages: BuiltPackages) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: packages.directory)
        let changes = try #require(names.first { $0.hasSuffix(".changes") })
        let lint = try Tool.run(
            "/usr/bin/env",
            ["lintian", "--allow-root", "--fail-on", "error,warning", "\(packages.directory)/\(changes)"])
        #expect(lint.status == 0 && lint.output.isEmpty, "\(lint.output)\(lint.errors)")
    }
}
