import Foundation
import TestServers
import Testing

/// The service on a booted Debian, installed by the very commands of docs/install.md: the shipped unit, user and paths.
///
/// One for the whole test process. Its journald drops much earlier than usual, but for services whose unit says otherwise.
final class SystemdSite: Sendable {
    private static let booted = Task { try await SystemdSite() }
    static var shared: SystemdSite { get async throws { try await booted.value } }

    /// An answer of the service.
    struct Answer: Equatable {
        /// 0 without an answer.
        var status: Int
        var body: String
    }

    let machine: BootedSystemd
    /// Of the account `alice`.
    let password: String

    /// Where files of this machine are seen.
    private static let source = "/usr/local/src/dovecot-web-auth"
    private static let settings = """
        [server]
        state_directory = "/var/lib/dovecot-web-auth"
        [audit]
        sinks = ["journal", "jsonl:/var/log/dovecot-web-auth/audit.jsonl"]
        [audit.maxmind]
        city = "/var/lib/GeoIP/city.mmdb"
        [audit.lists]
        ip_networks = "lists/ip_networks.deny.lst"
        [cache]
        mode = "sqlite"
        [lookup]
        offline = true

        """

    private init() async throws {
        machine = try await BootedSystemd(files: try await Self.files())
        try await machine.write(
            "[Journal]\nRateLimitIntervalSec=30s\nRateLimitBurst=1000\n", to: "/etc/systemd/journald.conf.d/early.conf")
        try await machine.write(Self.settings, to: "/etc/dovecot-web-auth/config.toml")
        try await machine.write("", to: "/etc/dovecot-web-auth/lists/ip_networks.deny.lst")
        try await machine.shell("systemctl restart systemd-journald")
        let page = try String(contentsOfFile: "\(Tool.sources)/docs/install.md", encoding: .utf8)
        for block in try Self.commands(of: page) { try await machine.shell("cd \(Self.source)\n\(block)") }
        password = try await Self.addPassword(for: "alice", on: machine)
    }

    private static func addPassword(for user: String, on machine: BootedSystemd) async throws -> String {
        try await machine.shell("web-auth-server app-password add \(user) 2>/dev/null").trimmingCharacters(
            in: .newlines)
    }

    /// Makes an app password, as root does on a shell.
    func addPassword(for user: String) async throws -> String { try await Self.addPassword(for: user, on: machine) }

    /// The commands of the page that install the program and the unit.
    private static func commands(of page: String) throws -> [String] {
        let blocks = page.split(separator: "\n```", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { $0.element.drop { $0 != "\n" } }
        let program = blocks.flatMap { $0.split(separator: "\n") }
            .filter { $0.hasPrefix("install ") && $0.hasSuffix(" /usr/local/bin/") }
        let unit = blocks.filter { $0.contains("systemctl daemon-reload && systemctl enable --now web-auth") }
        try #require(program.count == 1 && unit.count == 1, "docs/install.md has changed its form")
        return [String(program[0]), String(unit[0])]
    }

    /// Program, unit and places where the page says they are, and the shared libraries in place of their packages.
    private static func files() async throws -> [String: String] {
        let program = try Program.path
        return try libraries(of: program).merging([
            "\(source)/.build/release/web-auth-server": program, "\(source)/packaging": "\(Tool.sources)/packaging",
            "/var/lib/GeoIP": "\(Tool.sources)/Tests/GeoIPTests/Fixtures",
        ]) { $1 }
    }

    /// The shared libraries of a program, in place of the packages that they come from.
    static func libraries(of program: String) throws -> [String: String] {
        var files: [String: String] = [:]
        for line in try Tool.run("/usr/bin/ldd", [program]).output.split(separator: "\n") {
            guard let library = line.firstMatch(of: /=> (\/\S+)/).map({ String($0.1) }) else { continue }
            if !library.contains("/libc.so") { files[library] = library }
        }
        return files
    }

    // MARK: The service

    /// A property of the unit: `MainPID`.
    func property(_ name: String) async throws -> String {
        try await machine.run("systemctl", "show", "--value", "-p", name, "web-auth").trimmingCharacters(in: .newlines)
    }

    /// Waits until something holds.
    ///
    /// - Throws: After `limit`, with the last lines of the service's log.
    func wait(
        _ what: String, within limit: Duration = .seconds(20), until holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !holds() {
            if ContinuousClock.now > deadline {
                let log = try await machine.run("journalctl", "-q", "-u", "web-auth", "-n", "20", "--no-pager")
                throw BootedServiceFailure("\(what): not within \(limit)\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Starts it anew, whether it runs or not.
    func restart() async throws { try await machine.shell("systemctl restart web-auth") }

    /// Sends a signal to its process: `KILL`.
    func signal(_ name: String) async throws {
        let process = try await property("MainPID")
        try await machine.shell("kill -\(name) \(process)")
    }

    /// Waits until another process than that serves, and asks it to let Alice in.
    func waitForAnother(than process: String, within limit: Duration = .seconds(20)) async throws {
        try await wait("another process", within: limit) {
            let fresh = try await property("MainPID")
            guard fresh != process, fresh != "0" else { return false }
            return try await login().status == 200
        }
    }

    // MARK: Logins

    /// `POST /auth`.
    func login(_ user: String = "alice", _ password: String? = nil, from address: String = "192.88.98.1") async throws
        -> Answer
    {
        try await post(AuthBody.text(user, password ?? self.password, from: address))
    }

    /// `GET`.
    func get(_ path: String) async throws -> Answer { try await curl(["http://127.0.0.1:8000\(path)"]) }

    private func post(_ body: String) async throws -> Answer {
        try await curl(["--data-binary", "@-", "http://127.0.0.1:8000/auth"], input: body)
    }

    private func curl(_ arguments: [String], input: String = "") async throws -> Answer {
        // Without a connection curl itself fails, which is an answer here.
        let script = "curl -s --max-time 10 -w '\\n%{http_code}' \"$@\" || :"
        let output = try await machine.runInNetwork(["sh", "-c", script, "sh"] + arguments, input: input)
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(status: lines.last.flatMap { Int($0) } ?? 0, body: lines.dropLast().joined(separator: "\n"))
    }

    /// Logs in again and again over a few kept connections, as Dovecot does.
    ///
    /// - Returns: How often each status came.
    func logIn(_ user: String, _ password: String, times: Int, connections: Int = 4) async throws -> [Int: Int] {
        let body = AuthBody.text(user, password, from: "192.88.98.1")
        let share = times / connections
        return try await withThrowingTaskGroup { group in
            for _ in 0..<connections {
                group.addTask {
                    // What follows # is not sent; curl makes a request of each number.
                    let url = "http://127.0.0.1:8000/auth#[1-\(share)]"
                    let command = [
                        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\\n", "--data-binary", "@-", url,
                    ]
                    return try await self.machine.runInNetwork(command, input: body)
                }
            }
            var counts: [Int: Int] = [:]
            for try await output in group {
                for line in output.split(separator: "\n") { counts[Int(line) ?? 0, default: 0] += 1 }
            }
            return counts
        }
    }

    // MARK: The journal

    /// Entries of the journal, as journalctl selects them.
    func entries(_ arguments: String...) async throws -> [[String: String]] {
        try await machine.run("journalctl", "--sync")
        let output = try await machine.run(
            "journalctl", "--all", "--quiet", "--no-pager", "-o", "json", arguments: arguments)
        return try output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return object.mapValues { "\($0)" }
        }
    }
}

/// What a test under a booted systemd waited for in vain.
struct BootedServiceFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
