import Foundation
import Glibc

/// A client over TCP, a Unix socket or TLS that sends and sees bytes as they are. Each wait blocks a thread of its
/// own: handlers need the task pool, and Dispatch has only as many threads as there are cores.
final class RawClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let socket: Int32
    /// What speaks TLS for us, and what goes into it.
    private let tls: (process: Process, input: FileHandle, output: FileHandle, errors: FileHandle)?

    /// - Parameter receiveBuffer: A small one makes a client that does not read stop the server early.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        tls = nil
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // The bound after which a test that waits for what never comes fails.
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "connect: errno \(errno)") }
    }

    /// Connects to a Unix socket.
    init(path: String) throws {
        tls = nil
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let connected = Self.withAddress(of: path) { Glibc.connect(socket, $0, $1) }
        guard connected == 0 else { throw Failure(description: "connect: errno \(errno)") }
    }

    /// Speaks TLS by `openssl s_client`.
    ///
    /// - Parameters:
    ///   - authority: Who must have signed the server's certificate.
    ///   - arguments: More for `s_client`: `["-tls1_2"]`.
    init(port: Int, authority: String, _ arguments: [String] = []) throws {
        signal(SIGPIPE, SIG_IGN)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments =
            ["s_client", "-quiet", "-verify_return_error", "-CAfile", authority, "-connect", "127.0.0.1:\(port)"]
            + arguments
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        socket = output.fileHandleForReading.fileDescriptor
        tls = (process, input.fileHandleForWriting, output.fileHandleForReading, errors.fileHandleForReading)
    }

    /// What `openssl` had to say, when it has ended.
    func errors() async throws -> String {
        try await blocking { [tls] in
            String(decoding: try tls?.errors.readToEnd() ?? Data(), as: UTF8.self)
        }
    }

    /// Lends the address of a Unix socket.
    static func withAddress<Result>(of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    deinit {
        if let tls { tls.process.terminate() } else { Glibc.close(socket) }
    }

    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await blocking { [self] in
            if let tls { return try tls.input.write(contentsOf: bytes) }
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failure(description: "send: errno \(errno)") }
                sent += count
            }
        }
    }

    /// At most `count` bytes; none at the end of the stream.
    private func receive(_ count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = Glibc.read(socket, &buffer, count)
        guard received >= 0 else { throw Failure(description: "recv: errno \(errno)") }
        return Array(buffer[..<received])
    }

    /// Exactly `count` bytes, or fewer at the end of the stream.
    func read(_ count: Int) async throws -> String {
        try await blocking { [self] in
            var bytes: [UInt8] = []
            while bytes.count < count {
                let more = try receive(count - bytes.count)
                if more.isEmpty { break }
                bytes += more
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Everything up to the end of the stream.
    func readToEnd() async throws -> String {
        try await blocking { [self] in
            var bytes: [UInt8] = []
            while true {
                let more = try receive(65_536)
                if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
                bytes += more
            }
        }
    }

    /// One answer, and not a byte more.
    ///
    /// - Parameter hasBody: false for an answer to HEAD.
    func readAnswer(hasBody: Bool = true) async throws -> Answer {
        try await blocking { [self] in
            var head: [UInt8] = []
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                let byte = try receive(1)
                guard !byte.isEmpty else {
                    throw Failure(description: "end of stream after \(String(decoding: head, as: UTF8.self))")
                }
                head += byte
            }
            var answer = Answer(head: String(decoding: head, as: UTF8.self))
            guard hasBody, answer.status >= 200, let length = answer["content-length"].flatMap({ Int($0) }) else {
                return answer
            }
            var body: [UInt8] = []
            while body.count < length {
                let more = try receive(length - body.count)
                guard !more.isEmpty else { throw Failure(description: "end of stream in the body") }
                body += more
            }
            answer.body = String(decoding: body, as: UTF8.self)
            return answer
        }
    }

    /// Sends FIN; reading goes on.
    func closeOutput() {
        if let tls { try? tls.input.close() } else { Glibc.shutdown(socket, Int32(SHUT_WR)) }
    }

    /// Sends RST when this object goes.
    func resetOnClose() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }
}

/// An answer as it came.
struct Answer: Sendable {
    let head: String
    var body = ""

    var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    subscript(name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return parts[1].drop { $0 == " " }.description }
        }
        return nil
    }
}
