import Foundation
import HTTPKit
import Logging
import TestServers
import Testing

/// TLS on a listener, with `openssl` as the client.
@Suite(.timeLimit(.minutes(2)))
struct TLSTests {
    private func listener(_ own: TestCertificates, clients: TestCertificates? = nil) throws -> Listener {
        let files = TLSFiles(certificate: own.certificate, key: own.key, clientCA: clients?.authority)
        return Listener(.tcp(host: "127.0.0.1", port: 0), tls: try ServerTLS(files))
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `requests are answered as they are without`(version: String) async throws {
        let own = try await TestCertificates()
        try await TestServer.with([.echo, .livez], listeners: [try listener(own)]) { server in
            let client = try RawClient(port: server.port, authority: own.authority, [version])
            for body in ["hello", String(repeating: "x", count: 65_536)] {
                try await client.send(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n"
                        + "Expect: 100-continue\r\n\r\n")
                #expect(try await client.readAnswer().status == 100)
                try await client.send(body)
                #expect(try await client.readAnswer().body == body)
            }
            try await client.send(get("/livez") + post("/echo", "two") + get("/nowhere", fields: "Connection: close"))
            #expect(try await client.readAnswer().status == 200)
            #expect(try await client.readAnswer().body == "two")
            #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `a version before 1_2 is refused`() async throws {
        let own = try await TestCertificates()
        try await TestServer.with([.livez], listeners: [try listener(own)]) { server in
            let client = try RawClient(
                port: server.port, authority: own.authority, ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
            #expect(try await client.readToEnd() == "")
            #expect(await server.unserved.next()?.hasPrefix("handshakeFailed(") == true)
            #expect(try await client.errors().contains("protocol version"))
        }
    }

    @Test func `where certificates of clients are wanted, only those of the authority are taken`() async throws {
        let (own, clients, others) = (
            try await TestCertificates(), try await TestCertificates(), try await TestCertificates()
        )
        try await TestServer.with([.livez], listeners: [try listener(own, clients: clients)]) { server in
            func client(_ certificates: TestCertificates?, _ version: String) throws -> RawClient {
                let shown = certificates.map { ["-cert", $0.certificate, "-key", $0.key] } ?? []
                return try RawClient(port: server.port, authority: own.authority, [version] + shown)
            }
            for version in ["-tls1_2", "-tls1_3"] {
                let right = try client(clients, version)
                try await right.send(get("/livez"))
                #expect(try await right.readAnswer().status == 200)
                for wrong in [try client(nil, version), try client(others, version)] {
                    try? await wrong.send(get("/livez"))
                    #expect(try await wrong.readToEnd() == "")
                    #expect(await server.unserved.next()?.hasPrefix("handshakeFailed(") == true)
                }
            }
            // Our own question has no certificate to show, is answered so far, and is not told of.
            #expect(await server.server.answers("/livez", within: .seconds(10)) == .all)
            let garbage = try RawClient(port: server.port)
            try await garbage.send("garbage, and nothing else")
            #expect(await server.unserved.next()?.contains("wrong version number") == true)
        }
    }

    @Test func `the server answers its own question through TLS`() async throws {
        let own = try await TestCertificates()
        try await TestServer.with([.livez], listeners: [try listener(own)]) { server in
            #expect(await server.server.answers("/livez", within: .seconds(10)) == .all)
            #expect(await server.server.answers("/elsewhere", within: .seconds(10)) == .none)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "http request"), ("garbage, and nothing else", "wrong version number"),
        (String(repeating: "\u{0}", count: 100), "wrong version number"),
        ("\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\u{0}\u{0}\u{1}\u{0}", "handshakeFailed("),
        ("CONNECT a:443 HTTP/1.1\r\n\r\n", "https proxy request"),
    ])
    func `what is no hello is told of, and ends`(bytes: String, reason: String) async throws {
        let own = try await TestCertificates()
        try await TestServer.with([.livez], listeners: [try listener(own)]) { server in
            let left = try server.client()  // one that leaves without a word is no news
            left.closeOutput()
            #expect(try await left.readToEnd() == "")
            let client = try server.client()
            try await client.send(bytes)
            _ = try? await client.readToEnd()  // an alert, or nothing where the rest of it was not read
            #expect(await server.unserved.next()?.contains(reason) == true)
            let good = try RawClient(port: server.port, authority: own.authority)
            try await good.send(get("/livez"))
            #expect(try await good.readAnswer().status == 200)
        }
    }

    @Test(arguments: ["", "\u{16}", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}"])
    func `a hello that does not come is waited for in bounds`(bytes: String) async throws {
        let own = try await TestCertificates()
        var settings = HTTPSettings()
        settings.limits.handshakeDeadline = .milliseconds(100)
        try await TestServer.with([.livez], settings: settings, listeners: [try listener(own)]) { server in
            let client = try server.client()
            if !bytes.isEmpty { try await client.send(bytes) }
            #expect(try await client.readToEnd() == "")
            #expect(await server.unserved.next() == #"handshakeFailed(reason: "no end of the handshake in time")"#)
        }
    }

    @Test func `who only holds a place gives it to the next`() async throws {
        let own = try await TestCertificates()
        var settings = HTTPSettings()
        settings.limits.maxConnections = 1
        try await TestServer.with([.livez], settings: settings, listeners: [try listener(own)]) { server in
            let silent = try server.client()
            let idle = try RawClient(port: server.port, authority: own.authority)
            try await idle.send(get("/livez"))
            #expect(try await idle.readAnswer().status == 200)
            #expect(try await silent.readToEnd() == "")
            let next = try RawClient(port: server.port, authority: own.authority)
            try await next.send(get("/livez"))
            #expect(try await next.readAnswer().status == 200)
            #expect(try await idle.readToEnd() == "")
        }
    }

    @Test func `a shutdown closes what is idle and finishes what is not`() async throws {
        let own = try await TestCertificates()
        let gate = Gate()
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, "finished")
        }
        try await TestServer.with([slow, .livez], listeners: [try listener(own)]) { server in
            let (idle, busy, silent) = (
                try RawClient(port: server.port, authority: own.authority),
                try RawClient(port: server.port, authority: own.authority), try server.client()
            )
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            try await busy.send(post("/slow"))
            await gate.awaitEntries()
            server.server.shutdown()
            #expect(try await idle.readToEnd() == "")
            #expect(try await silent.readToEnd() == "")
            gate.open()
            #expect(try await busy.readToEnd().hasSuffix("finished"))
        }
    }

    /// Files that a test replaces.
    private final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "/tls-\(UUID().uuidString.prefix(8))"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var files: TLSFiles { TLSFiles(certificate: path + "/cert.pem", key: path + "/key.pem") }

        /// Puts a copy in place at once, as certbot does.
        func put(_ file: String, _ name: String) throws {
            try put(text: try String(contentsOfFile: file, encoding: .utf8), name)
        }

        func put(text: String, _ name: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }
    }

    @Test func `certificates that are replaced are taken into use, and bad ones are not`() async throws {
        let (old, new) = (try await TestCertificates(), try await TestCertificates())
        let folder = try Folder()
        try folder.put(old.certificate, "cert.pem")
        try folder.put(old.key, "key.pem")
        let tls = try ServerTLS(folder.files)
        #expect(tls.validUntil > Int(Date.now.timeIntervalSince1970))
        let listener = Listener(.tcp(host: "127.0.0.1", port: 0), tls: tls)
        try await TestServer.with([.livez], listeners: [listener]) { server in
            func isTrusted(by certificates: TestCertificates) async throws -> Bool {
                let client = try RawClient(port: server.port, authority: certificates.authority)
                try? await client.send(get("/livez", fields: "Connection: close"))
                return try await client.readToEnd().hasPrefix("HTTP/1.1 200 ")
            }
            let staying = try RawClient(port: server.port, authority: old.authority)
            try await staying.send(get("/livez"))
            _ = try await staying.readAnswer()
            guard case .unchanged = tls.refresh() else { throw RawClient.Failure(description: "nothing has changed") }

            // The key comes after the certificate, or is none, or is gone.
            try folder.put(new.certificate, "cert.pem")
            for (text, reason) in [
                (nil, "is not the key of the certificate"),
                ("no key", "holds no key in PEM form that is not encrypted"),
            ] {
                if let text { try folder.put(text: text, "key.pem") }
                guard case .refused(let error) = tls.refresh() else {
                    throw RawClient.Failure(description: "taken into use")
                }
                #expect(error.reason == reason && error.path == folder.files.key)
                guard case .unchanged = tls.refresh() else { throw RawClient.Failure(description: "told twice") }
                #expect(try await isTrusted(by: old))
            }
            try FileManager.default.removeItem(atPath: folder.files.key)
            guard case .refused(let gone) = tls.refresh() else {
                throw RawClient.Failure(description: "taken into use")
            }
            #expect(gone.reason == "cannot be read: No such file or directory")

            try folder.put(new.key, "key.pem")
            guard case .replaced = tls.refresh() else { throw RawClient.Failure(description: "not taken into use") }
            #expect(try await isTrusted(by: new))
            #expect(!(try await isTrusted(by: old)))
            try await staying.send(get("/livez"))
            #expect(try await staying.readAnswer().status == 200, "it keeps what it began with")
        }
    }

    @Test func `files that are of no use are named`() async throws {
        let own = try await TestCertificates()
        let folder = try Folder()
        func problem(_ change: (inout TLSFiles) -> Void) -> String {
            var files = TLSFiles(certificate: own.certificate, key: own.key)
            change(&files)
            let error = #expect(throws: TLSFileError.self) { try ServerTLS(files) }
            return error.map { "\($0.file) \($0.reason)" } ?? ""
        }
        try folder.put(text: "nothing", "empty.pem")
        let empty = folder.path + "/empty.pem"
        #expect(problem { $0.certificate = empty } == "certificate holds no certificate in PEM form")
        #expect(problem { $0.certificate = own.key } == "certificate holds no certificate in PEM form")
        #expect(problem { $0.clientCA = empty } == "clientCA holds no certificate in PEM form")
        #expect(problem { $0.key = empty } == "key holds no key in PEM form that is not encrypted")
        #expect(problem { $0.key = own.certificate } == "key holds no key in PEM form that is not encrypted")
        #expect(problem { $0.key = "/nowhere" } == "key cannot be read: No such file or directory")
        #expect(problem { $0.certificate = "/" } == "certificate cannot be read: Is a directory")
        let encrypted = folder.path + "/encrypted.pem"
        let openssl = try Process.run(
            URL(fileURLWithPath: "/usr/bin/openssl"),
            arguments: ["pkey", "-in", own.key, "-aes256", "-passout", "pass:x", "-out", encrypted])
        openssl.waitUntilExit()
        #expect(problem { $0.key = encrypted } == "key holds no key in PEM form that is not encrypted")
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        #expect(problem { $0.certificate = folder.path + "/pipe" } == "certificate holds no certificate in PEM form")
    }
}
