import Foundation
import TestServers
import Testing

/// What is shipped beside the program: units, the maintainer scripts, AppArmor's profile.
struct ShippedFileTests {
    private static let packaging = "\(Tool.sources)/packaging"

    private static func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(packaging)/\(name)", encoding: .utf8)
    }

    @Test func `the template unit is the unit, but for what instances have of their own`() throws {
        let unit = try Self.read("systemd/web-auth.service").split(separator: "\n").dropFirst()
        let template = try Self.read("systemd/web-auth@.service").split(separator: "\n").dropFirst()
        let ofInstances = unit.map { line in
            String(line)
                .replacing(
                    "unix:/run/web-auth/web-auth.sock.",
                    with: "unix:/run/web-auth-%i/web-auth.sock, with the instance's name for %i."
                )
                .replacing(#/^(Description=.*)$/#) { "\($0.1) (%i)" }
                .replacing("/etc/dovecot-web-auth/config.toml", with: "/etc/dovecot-web-auth/%i.toml")
                .replacing(#/^((State|Logs)Directory=.*)$/#) { "\($0.1)/%i" }
                .replacing(#/^(RuntimeDirectory=.*)$/#) { "\($0.1)-%i" }
        }
        #expect(ofInstances == template.map(String.init))
    }

    @Test(
        .enabled(if: InstalledServers.has("systemd-analyze"), "units are not analysed: apt-get install systemd"),
        arguments: ["web-auth.service", "web-auth@.service"])
    func `systemd-analyze finds little exposed`(unit: String) throws {
        // In tenths; it exits other than 0 above that.
        let analysis = try Tool.run(
            "/usr/bin/env",
            [
                "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=15",
                "\(Self.packaging)/systemd/\(unit)",
            ])
        #expect(analysis.status == 0, "\(analysis.output)\(analysis.errors)")
        #expect(analysis.output.contains("Overall exposure level"))
    }

    @Test(.enabled(if: InstalledServers.has("apparmor_parser"), "AppArmor is not tested: apt-get install apparmor"))
    func `AppArmor takes the profile, and the units name it`() throws {
        let profile = "\(Self.packaging)/apparmor/web-auth-server"
        let parser = try Tool.run(
            "/usr/bin/env", ["apparmor_parser", "--skip-kernel-load", "--skip-cache", "--warn=all", profile])
        #expect(parser.status == 0, "\(parser.errors)")
        let names = try Tool.run("/usr/bin/env", ["apparmor_parser", "--names", profile])
        #expect(names.output.trimmingCharacters(in: .newlines) == "web-auth-server")
        let unit = try Self.read("systemd/web-auth.service")
        #expect(unit.contains("\nAppArmorProfile=-web-auth-server\n"))
        // Whatever the unit runs, it runs under the profile.
        let rules = try Self.read("apparmor/web-auth-server")
        for command in unit.matches(of: /(?m)^Exec\w+=(\S+)/).map(\.output.1) {
            let rule =
                command == "/bin/sh" ? "  /{usr/,}bin/{sh,dash,bash} mr," : "  /usr/{,local/}bin/web-auth-server mr,"
            #expect(rules.contains(rule), "\(command)")
            #expect(["/bin/sh", "/usr/local/bin/web-auth-server"].contains(command))
        }
    }

    @Test(arguments: ["postinst", "prerm", "postrm"])
    func `the maintainer scripts are shell, and stop at what fails`(name: String) throws {
        let script = "\(Self.packaging)/debian/dovecot-web-auth.\(name)"
        let check = try Tool.run("/bin/sh", ["-n", script])
        #expect(check.status == 0, "\(check.errors)")
        let text = try String(contentsOfFile: script, encoding: .utf8)
        #expect(text.hasPrefix("#!/bin/sh\nset -e\n") && text.contains("\n#DEBHELPER#\n"))
        // Nobody's database is touched.
        #expect(!text.contains("mariadb ") && !text.contains("mysql "))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `there are completions for each shell, and it takes them`(shell: String) throws {
        let script = try Program.run(["--generate-completion-script", shell], in: TemporaryDirectory())
        #expect(script.status == 0 && script.output.contains("check-config"))
        let isHere = try Tool.run("/bin/sh", ["-c", "command -v \(shell)"]).status == 0
        guard isHere || shell == "bash" else { return }
        let directory = try TemporaryDirectory()
        try directory.write("completion", script.output)
        let check = try Tool.run("/usr/bin/env", [shell, "-n", "\(directory.path)/completion"])
        #expect(check.status == 0, "\(check.errors)")
    }
}
