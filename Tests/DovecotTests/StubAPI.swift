import Foundation
import Locks

/// A service for the scripts to ask: answers each request as a table says, and keeps what it was asked.
final class StubAPI: Sendable {
    /// What a request gets.
    enum Answer: Sendable {
        /// A status with a JSON body.
        case status(Int, body: String)
        /// A status with a `status` text, as the service answers.
        case says(Int, String)
        /// The same, after which the connection is closed without a word.
        case partingWords(Int, String)
        /// The connection is closed instead of an answer.
        case close
        /// Nothing ever comes.
        case silence
    }

    /// What was asked.
    struct Request: Sendable {
        var path: String
        var headers: [String: String]
        var body: String

        /// A member of the JSON body.
        subscript(member: String) -> String? {
            let object = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return object?[member].map { "\($0)" }
        }
    }

    let port: UInt16
    private let listener: Int32
    private let asked = Mutex<[Request]>([])
    private let answer: @Sendable (Request) -> Answer

    /// Everything that was asked so far.
    var requests: [Request] { asked.withLock { $0 } }

    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard listens else { throw CocoaError(.fileReadUnknown) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { Glibc.close(connection) }
        var buffer: [UInt8] = []
        while let request = Self.read(connection, &buffer) {
            asked.withLock { $0.append(request) }
            let (status, body): (Int, String)
            let answer = answer(request)
            switch answer {
            case .close: return
            case .silence: _ = Self.fill(connection, &buffer); return
            case .status(let code, let text): (status, body) = (code, text)
            case .says(let code, let text), .partingWords(let code, let text):
                (status, body) = (code, "{\"status\":\"\(text)\"}")
            }
            Self.send(connection, "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            if case .partingWords = answer { return }
        }
    }

    private static func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        var head = ""
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<end.upperBound)
                break
            }
            guard fill(connection, &buffer) else { return nil }
        }
        var lines = head.components(separatedBy: "\r\n")
        let path = lines.removeFirst().split(separator: " ").dropFirst().first.map(String.init) ?? ""
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        if headers["expect"] != nil { send(connection, "HTTP/1.1 100 Continue\r\n\r\n") }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while buffer.count < length { guard fill(connection, &buffer) else { return nil } }
        let body = String(decoding: buffer[..<length], as: UTF8.self)
        buffer.removeSubrange(..<length)
        return Request(path: path, headers: headers, body: body)
    }

    private static func fill(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    private static func send(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
