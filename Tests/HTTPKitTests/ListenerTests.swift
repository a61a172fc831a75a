import Foundation
import HTTPKit
import Logging
import Testing

/// Several places to listen at, Unix sockets among them.
@Suite(.timeLimit(.minutes(1)))
struct ListenerTests {
    /// A directory of the test's own, gone with this value.
    private final class Directory: Sendable {
        let path = NSTemporaryDirectory() + "/listen-\(UUID().uuidString.prefix(8))"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var socket: String { path + "/http.sock" }
        func unix(mode: UInt32 = 0o660) -> Listener { Listener(.unix(path: socket, mode: mode, group: nil)) }
        var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
    }

    private let tcp = Listener(.tcp(host: "127.0.0.1", port: 0))
    private static let whence = Route(.get, "/whence") { .text(200, $0.remoteAddress ?? "nowhere") }

    /// What is in the way of listening.
    private func problem(_ listeners: [Listener]) async -> String {
        let server = HTTPServer(
            configuration: .init(listeners), router: Router([.livez]), logger: Logger(label: "test"))
        let error = await #expect(throws: HTTPServerError.self) { try await server.run() }
        return error?.description ?? ""
    }

    /// Leaves the file of a socket that nobody listens at, as a killed process does.
    private func leaveSocket(at path: String, type: __socket_type = SOCK_STREAM) {
        let descriptor = Glibc.socket(AF_UNIX, Int32(type.rawValue), 0)
        #expect(RawClient.withAddress(of: path) { Glibc.bind(descriptor, $0, $1) } == 0)
        Glibc.close(descriptor)
    }

    @Test func `each place is answered alike, and only TCP has addresses of clients`() async throws {
        let directory = try Directory()
        try await TestServer.with([.echo, Self.whence], listeners: [tcp, directory.unix()]) { server in
            for (number, whence) in ["127.0.0.1", "nowhere"].enumerated() {
                let client = try server.client(number)
                try await client.send(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                #expect(try await client.readAnswer().status == 100)
                try await client.send("hello")
                #expect(try await client.readAnswer().body == "hello")
                try await client.send(get("/whence"))
                #expect(try await client.readAnswer().body == whence)
            }
            #expect(
                server.addresses.map(\.description) == ["127.0.0.1 port \(server.port)", "unix:\(directory.socket)"])
        }
    }

    @Test func `all places share the bounds of the server`() async throws {
        let directory = try Directory()
        var settings = HTTPSettings()
        settings.limits.maxConnections = 1
        try await TestServer.with([.livez], settings: settings, listeners: [tcp, directory.unix()]) { server in
            let idle = try server.client(0)
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            let other = try server.client(1)
            try await other.send(get("/livez"))
            #expect(try await other.readAnswer().status == 200)
            #expect(try await idle.readToEnd() == "", "its place was needed")
        }
    }

    @Test func `a place that is lost takes no sign of life from the others`() async throws {
        let directory = try Directory()
        try await TestServer.with([.livez], listeners: [tcp, directory.unix()]) { server in
            #expect(await server.server.answers("/livez", within: .seconds(10)) == .all)
            try FileManager.default.removeItem(atPath: directory.socket)
            #expect(await server.server.answers("/livez", within: .seconds(10)) == .some)
        }
    }

    @Test(arguments: [UInt32(0o600), 0o660, 0o666, 0o777])
    func `a socket's file has the permissions it is to have, and goes when the server ends`(mode: UInt32) async throws {
        let directory = try Directory()
        try await TestServer.with([.livez], listeners: [directory.unix(mode: mode)]) { server in
            var status = stat()
            #expect(lstat(directory.socket, &status) == 0)
            #expect(status.st_mode == S_IFSOCK | mode)
            #expect(directory.files == ["http.sock"])
            let idle = try server.client(0)
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            server.server.shutdown()
            #expect(try await idle.readToEnd() == "")
            #expect(directory.files == [])
        }
    }

    @Test func `what a killed process left behind is replaced`() async throws {
        let directory = try Directory()
        leaveSocket(at: directory.socket)
        leaveSocket(at: directory.socket + ".new")
        try await TestServer.with([.livez], listeners: [directory.unix()]) { server in
            let client = try server.client(0)
            try await client.send(get("/livez"))
            #expect(try await client.readAnswer().status == 200)
            #expect(directory.files == ["http.sock"])
        }
    }

    @Test func `a socket that somebody listens at is left alone`() async throws {
        let directory = try Directory()
        try await TestServer.with([.livez], listeners: [directory.unix()]) { server in
            let text = await problem([tcp, directory.unix()])
            #expect(text == "cannot listen on unix:\(directory.socket): another program listens there")
            let client = try server.client(0)
            try await client.send(get("/livez"))
            #expect(try await client.readAnswer().status == 200)
        }
    }

    @Test func `what is no socket, or one of another kind, is left alone`() async throws {
        let directory = try Directory()
        for name in ["http.sock", "http.sock.new"] {
            try "mine".write(toFile: "\(directory.path)/\(name)", atomically: false, encoding: .utf8)
            let text = await problem([directory.unix()])
            #expect(
                text
                    == "cannot listen on unix:\(directory.socket): \(directory.path)/\(name) is there, and is no socket"
            )
            #expect(try String(contentsOfFile: "\(directory.path)/\(name)", encoding: .utf8) == "mine")
            try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)")
        }
        try FileManager.default.createSymbolicLink(atPath: directory.socket, withDestinationPath: "/nowhere")
        #expect(await problem([directory.unix()]).hasSuffix("http.sock is there, and is no socket"))
        try FileManager.default.removeItem(atPath: directory.socket)
        let listening = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { Glibc.close(listening) }
        #expect(RawClient.withAddress(of: directory.socket) { Glibc.bind(listening, $0, $1) } == 0)
        #expect(await problem([directory.unix()]).contains("cannot be told whether anybody listens: "))
        #expect(directory.files == ["http.sock"])
    }

    @Test func `a file that another program has put in its place is not removed`() async throws {
        let directory = try Directory()
        try await TestServer.with([.livez], listeners: [tcp, directory.unix()]) { server in
            try FileManager.default.removeItem(atPath: directory.socket)
            leaveSocket(at: directory.socket)
            let idle = try server.client(0)
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            server.server.shutdown()
            #expect(try await idle.readToEnd() == "")
            #expect(directory.files == ["http.sock"])
        }
    }

    @Test func `a server that cannot listen everywhere listens nowhere`() async throws {
        let directory = try Directory()
        try await TestServer.with([.livez]) { other in
            let taken = Listener(.tcp(host: "127.0.0.1", port: other.port))
            let text = await problem([directory.unix(), taken])
            #expect(
                text.hasPrefix("cannot listen on 127.0.0.1:\(other.port): port \(other.port) on 127.0.0.1 is in use"))
            #expect(directory.files == [])
        }
        let long = Listener(.unix(path: "/tmp/" + String(repeating: "x", count: 96), mode: 0o660, group: nil))
        #expect(await problem([long]).hasSuffix("its path must be absolute and have at most 100 bytes"))
        let nowhere = Listener(.unix(path: directory.path + "/none/http.sock", mode: 0o660, group: nil))
        #expect(await problem([nowhere]).hasSuffix("its directory: No such file or directory"))
    }

    @Test func `who only reads the directory cannot keep a socket from being put there`() async throws {
        let directory = try Directory()
        let lock = open(directory.path, O_RDONLY | O_DIRECTORY)
        #expect(flock(lock, LOCK_SH) == 0)
        defer { close(lock) }
        try await TestServer.with([.livez], listeners: [directory.unix()]) { _ in
            #expect(await problem([directory.unix()]).hasSuffix("another program listens there"))
        }
    }

    @Test func `a port that is taken is an error that names it`() async throws {
        try await TestServer.with([.livez]) { server in
            let second = HTTPServer(
                configuration: .init(host: "127.0.0.1", port: server.port), router: Router([]),
                logger: Logger(label: "test"))
            let error = await #expect(throws: HTTPServerError.self) { try await second.run() }
            #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(server.port): ") == true)
        }
    }
}
