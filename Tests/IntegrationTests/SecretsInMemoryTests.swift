import Foundation
import Testing

/// What is left of passwords in the memory of the real program.
@Suite(.timeLimit(.minutes(5)))
struct SecretsInMemoryTests {
    @Test(.enabled(if: getuid() == 0, "reading the memory of a process that may not be dumped takes root"))
    func `no password is left in the server's memory once it has answered`() async throws {
        let directory = try TemporaryDirectory()
        let right = try ["SHA512-CRYPT", "BLF-CRYPT", "YESCRYPT", "ARGON2ID"].map { scheme in
            let added = try Program.run(["app-password", "add", "user-\(scheme)", "--scheme", scheme], in: directory)
            return (user: "user-\(scheme)", password: added.output.trimmingCharacters(in: .newlines))
        }
        let server = try await ServerProcess(in: directory)

        // The mark is in the middle, where it stays when only the start of freed memory is used again.
        let mark = "Zq7xWk-Qv9Tn"
        let wrong = (0..<50).map { "\(100 + $0)" + String(repeating: "x", count: 21) + mark + UUID().uuidString }
        let client = try HTTPClient(port: server.port)
        for (number, password) in wrong.enumerated() {
            let body = AuthBody.text("user-SHA512-CRYPT", password, from: "198.51.\(number).1")
            switch number % 5 {
            case 0: #expect(try server.request("POST", "/auth", body).status == 401)
            case 1: #expect(client.request("POST", "/auth", body).status == 401)
            case 2: #expect(client.requestInParts("/auth", body).status == 401)
            case 3: #expect(client.request("POST", "/nowhere", body).status == 404)
            default: #expect(client.request("POST", "/auth", body.replacing("}", with: "")).status == 422)
            }
        }
        for login in right + right { #expect(try server.auth(login.user, login.password).status == 200) }

        var needles = [mark, Data(mark.utf8).base64EncodedString()]
        for (_, password) in right {
            needles += [password, String(Data(password.utf8).base64EncodedString().dropLast(8))]
        }
        // What the server does keep shows that the search finds what is there: a path that is in use.
        let found = try OtherProcess.memory(of: server.pid, holds: needles + [directory.path])
        #expect(found == [directory.path])
    }
}

extension HTTPClient {
    /// Sends a body in three parts.
    fileprivate func requestInParts(_ path: String, _ body: String) -> Response {
        let bytes = Array(body.utf8)
        send(Array("POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8))
        for part in [bytes[..<40], bytes[40..<90], bytes[90...]] { send(Array(part)) }
        return response()
    }
}

/// Reads the memory of another process.
private enum OtherProcess {
    /// Which of the texts stand somewhere in memory that can be written.
    static func memory(of pid: Int32, holds needles: [String]) throws -> Set<String> {
        let maps = try #require(try FileHandle(forReadingAtPath: "/proc/\(pid)/maps")?.readToEnd())
        let memory = open("/proc/\(pid)/mem", O_RDONLY)
        try #require(memory >= 0)
        defer { close(memory) }
        var found: Set<String> = []
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 2, fields[1].contains("w") else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard bounds.count == 2 else { continue }
            for start in stride(from: bounds[0], to: bounds[1], by: 1 << 20) {
                let size = Int(min(1 << 20 + 1024, bounds[1] - start))  // windows overlap by more than a needle
                var bytes = Data(count: size)
                let count = bytes.withUnsafeMutableBytes { pread(memory, $0.baseAddress, size, off_t(start)) }
                for needle in needles where bytes.prefix(max(0, count)).range(of: Data(needle.utf8)) != nil {
                    found.insert(needle)
                }
            }
        }
        return found
    }
}
