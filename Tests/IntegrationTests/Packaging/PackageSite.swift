import Foundation
import TestServers
import Testing

/// A booted Debian with Dovecot, on which the packages are installed as an administrator does it.
final class PackageSite: Sendable {
    let packages: BuiltPackages
    let machine: BootedSystemd

    /// Where the packages are seen.
    static let directory = "/srv/packages"

    /// Boots one with all that the packages need, and without them.
    init(_ packages: BuiltPackages) async throws {
        self.packages = packages
        let needed = try BuiltPackages.needs(of: packages.server) + BuiltPackages.needs(of: packages.lua)
        let others = ["dbus", "dovecot-imapd", "logrotate", "mariadb-server", "procps", "systemd-sysv"]
        // Each Debian has the rest.
        let missing = Set(needed + others).subtracting(["libc6", "libgcc-s1", "zlib1g"]).sorted()
        let tree = DebianTree(release: packages.release, packages: missing)
        machine = try await BootedSystemd(files: [Self.directory: packages.directory], tree: tree)
    }

    /// Boots one, installs, writes the settings to begin with, starts, and makes an app password of `alice`.
    static func serving(_ packages: BuiltPackages) async throws -> (site: PackageSite, password: String) {
        let site = try await PackageSite(packages)
        try await site.install()
        try await site.configure()
        return (site, try await site.addPassword(for: "alice"))
    }

    /// `apt install`, as README has it.
    func install() async throws {
        let names = try [packages.server, packages.lua].map { URL(fileURLWithPath: $0).lastPathComponent }
        try await apt("install", "\(Self.directory)/\(names[0])", "\(Self.directory)/\(names[1])")
    }

    /// Runs apt-get without a word on its part.
    @discardableResult
    func apt(_ command: String...) async throws -> String {
        let silently = "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends"
        return try await machine.shell(
            "said=$(\(silently) \(command.joined(separator: " ")) 2>&1) || { printf '%s\\n' \"$said\" >&2; exit 1; }; printf '%s\\n' \"$said\""
        )
    }

    /// The settings that come as an example, with nobody asked about addresses; starts the service.
    func configure() async throws {
        try await machine.shell(
            """
            cd /etc/dovecot-web-auth
            cp -r /usr/share/doc/dovecot-web-auth/examples/config.toml /usr/share/doc/dovecot-web-auth/examples/lists .
            chmod 640 config.toml
            printf '[audit]\\nsinks = ["journal", "jsonl:/var/log/dovecot-web-auth/audit.jsonl"]\\n' >>config.toml
            printf '[lookup]\\noffline = true\\n' >>config.toml
            web-auth-server check-config
            systemctl start web-auth
            """)
    }

    func addPassword(for user: String, config: String = "/etc/dovecot-web-auth/config.toml") async throws -> String {
        try await machine.shell("web-auth-server app-password add \(user) --config \(config) 2>/dev/null")
            .trimmingCharacters(in: .newlines)
    }

    /// A property of a unit: `ActiveState`.
    func property(_ name: String, of unit: String = "web-auth.service") async throws -> String {
        try await machine.run("systemctl", "show", "--value", "-p", name, unit).trimmingCharacters(in: .newlines)
    }

    /// What a command prints, without the line's end.
    func said(_ script: String) async throws -> String {
        try await machine.shell(script).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `POST /auth` with the token; 0 without an answer.
    func login(_ user: String, _ password: String, port: Int = 8000) async throws -> Int {
        try await logIn(user, password, times: 1, rate: 1000, port: port).keys.first ?? 0
    }

    /// Logs in so often a second, over and over, while something is done: half of the clients keep their connection, half make
    /// a new one each time.
    ///
    /// - Returns: How often each status came; 0 for no answer.
    func logIn(
        _ user: String, _ password: String, rate: Int, while work: () async throws -> Void
    ) async throws -> [Int: Int] {
        let isDone = Flag()
        let connections = 4
        return try await withThrowingTaskGroup { group in
            for number in 0..<connections {
                group.addTask {
                    var counts: [Int: Int] = [:]
                    while !isDone.isSet {
                        let more = try await self.logIn(
                            user, password, times: 100, rate: rate / connections, keepsAlive: number % 2 == 0)
                        counts.merge(more) { $0 + $1 }
                    }
                    return counts
                }
            }
            do {
                defer { isDone.set() }
                try await work()
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        }
    }

    /// One client's logins, one after the other.
    private func logIn(
        _ user: String, _ password: String, times: Int, rate: Int, port: Int = 8000, keepsAlive: Bool = true
    ) async throws -> [Int: Int] {
        // What follows # is not sent; curl makes a request of each number. Without a connection curl itself fails, which is
        // an answer here.
        let script = "curl -s --max-time 10 -o /dev/null -w '%{http_code}\\n' \"$@\" || :"
        let arguments = [
            "--rate", "\(rate)/s", "--data-binary", "@-", "-H", "Authorization: Bearer \(try await token)",
            "-H", "Connection: \(keepsAlive ? "keep-alive" : "close")",
            "http://127.0.0.1:\(port)/auth#[1-\(times)]",
        ]
        let output = try await machine.runInNetwork(
            ["sh", "-c", script, "sh"] + arguments, input: AuthBody.text(user, password, from: "192.88.98.1"))
        return output.split(separator: "\n").reduce(into: [:]) { $0[Int($1) ?? 0, default: 0] += 1 }
    }

    private var token: String { get async throws { try await said("cat /etc/dovecot-web-auth/token") } }
}
