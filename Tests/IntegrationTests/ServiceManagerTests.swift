import Foundation
import TestServers
import Testing

/// What the real program tells the service manager, on a socket of the test's own.
@Suite(.timeLimit(.minutes(5)))
struct ServiceManagerTests {
    /// A datagram socket for `NOTIFY_SOCKET`.
    private final class Manager: Sendable {
        private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        private let path: String
        var environment: [String: String] { ["NOTIFY_SOCKET": path] }

        init(in directory: TemporaryDirectory) throws {
            path = directory.path + "/notify"
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let status = withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(status == 0)
            chmod(path, 0o777)
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(descriptor) }

        /// The lines of the next message; none after a minute without one.
        func next() -> [String] {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    @Test func `it says when it is ready, when it reloads and when it stops`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n")
        try directory.write("nets.lst", "")
        let manager = try Manager(in: directory)
        let server = try await ServerProcess(in: directory, environment: manager.environment)
        #expect(manager.next() == ["READY=1", "STATUS=serving on 127.0.0.1 port \(server.port)"])
        server.signal(SIGHUP)
        let reloading = manager.next()
        #expect(reloading.first == "RELOADING=1")
        #expect(reloading.last?.wholeMatch(of: /MONOTONIC_USEC=[0-9]+/) != nil)
        #expect(manager.next() == ["READY=1", "STATUS=serving on 127.0.0.1 port \(server.port)"])
        try directory.write("nets.lst", "nonsense\n")
        #expect(try server.request("POST", "/reload").status == 409)
        #expect(manager.next().first == "RELOADING=1")
        let refused = manager.next()
        #expect(refused.first == "READY=1", "it goes on serving")
        #expect(refused.last?.contains("the last reload was refused and changed nothing: nets.lst:1:") == true)
        server.signal(SIGTERM)
        // Longer than the unit's TimeoutStopSec= by what `server.drain` is.
        #expect(manager.next() == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=62000000"])
        #expect(await server.waitForExit() == 0)
    }

    @Test func `it gives signs of life as long as it serves`() async throws {
        let directory = try TemporaryDirectory()
        let manager = try Manager(in: directory)
        let server = try await ServerProcess(
            in: directory, environment: manager.environment.merging(["WATCHDOG_USEC": "200000"]) { $1 })
        var messages: [[String]] = []
        while messages.count < 6 { messages.append(manager.next()) }
        #expect(messages.count { $0 == ["WATCHDOG=1"] } == 5)
        #expect(messages.count { $0.first == "READY=1" } == 1)
        server.signal(SIGTERM)
        var last = manager.next()
        while last == ["WATCHDOG=1"] { last = manager.next() }
        #expect(last.first == "STOPPING=1")
        #expect(await server.waitForExit() == 0)
    }

    @Test(.enabled(if: InstalledServers.has("systemd-analyze"), "the unit is not checked: apt-get install systemd"))
    func `the unit is one that systemd understands`() throws {
        let directory = try TemporaryDirectory()
        let unit = try String(contentsOfFile: "\(Tool.sources)/packaging/systemd/web-auth.service", encoding: .utf8)
        #expect(unit.contains("ExecStart=/usr/local/bin/web-auth-server serve\n"))
        try directory.write(
            "web-auth.service", unit.replacing("/usr/local/bin/web-auth-server", with: try Program.path))
        let path = directory.path + "/web-auth.service"
        let check = try Tool.run("/usr/bin/systemd-analyze", ["verify", "--man=no", path])
        #expect(check.status == 0, "\(check.errors)")
        let complaints = check.errors.split(separator: "\n").filter { $0.contains("web-auth.service") }
        #expect(complaints.isEmpty, "\(complaints)")
    }
}
