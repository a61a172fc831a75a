import DovecotHarness
import Foundation
import TestServers
import Testing

/// The real program behind TLS.
@Suite(.timeLimit(.minutes(5)))
struct TLSListenTests {
    /// A program that listens with TLS, and files of its own to replace.
    private struct Site {
        let directory: TemporaryDirectory
        let server: ServerProcess
        let port: Int

        /// - Parameter more: More settings of the TLS listener.
        init(_ certificates: TestCertificates, more: String = "") async throws {
            directory = try TemporaryDirectory()
            try Site.put(certificates, in: directory)
            try directory.write(
                "config.toml",
                """
                [[server.listen]]
                address = "127.0.0.1:0"
                tls_cert = "cert.pem"
                tls_key = "key.pem"
                \(more)
                """)
            server = try await ServerProcess(in: directory)
            await server.waitForLog("listening", times: 2)
            let ports = server.logText.matches(of: /port=(\d+)/).compactMap { Int($0.output.1) }
            port = try #require(ports.last)
        }

        /// Puts certificate and key in place.
        static func put(_ certificates: TestCertificates, in directory: TemporaryDirectory) throws {
            for (file, name) in [(certificates.certificate, "cert.pem"), (certificates.key, "key.pem")] {
                try directory.write(name, try String(contentsOfFile: file, encoding: .utf8))
                OrdinaryUser.own(directory.path + "/" + name)
            }
        }

        /// Asks `/livez` through TLS; nothing if no TLS came about.
        func livez(_ trusted: TestCertificates, _ more: [String] = []) throws -> String {
            try Tool.run(
                "/usr/bin/curl",
                ["-sS", "-m", "30", "--cacert", trusted.authority] + more + ["https://127.0.0.1:\(port)/livez"]
            ).output
        }
    }

    @Test func `a certificate that is replaced is taken into use, and a bad one is said`() async throws {
        let (old, new) = (try await TestCertificates(), try await TestCertificates())
        let site = try await Site(old)
        #expect(try site.livez(old) == "ok\n")
        #expect(try site.livez(new) == "")
        try Site.put(new, in: site.directory)
        await site.server.waitForLog("a certificate was replaced, and is in use")
        #expect(try site.livez(new) == "ok\n")
        #expect(try site.livez(old) == "")

        try site.directory.write("key.pem", "half of a ke")
        await site.server.waitForLog("holds no key in PEM form that is not encrypted")
        #expect(site.server.logText.contains("a certificate was replaced by what cannot be used"))
        let place = "config.toml:4:11: server.listen[0].tls_key: \"\(site.directory.path)/key.pem\""
        let problem = "\(place) holds no key in PEM form that is not encrypted"
        #expect(site.server.logText.contains(problem))
        #expect(try site.livez(new) == "ok\n")
        let reload = try site.server.request("POST", "/reload")
        #expect(reload.status == 409 && reload.body.contains("server.listen[0].tls_key"))
        let check = try Program.run(["check-config"], in: site.directory)
        #expect(check.status == 78 && check.errors.contains(problem))
        let start = try Program.run(["serve"], in: site.directory)
        #expect(start.status == 78 && start.errors.contains(problem))

        // A reload looks at once.
        try Site.put(old, in: site.directory)
        #expect(try site.server.request("POST", "/reload").status == 200)
        #expect(try site.livez(old) == "ok\n")
    }

    @Test func `certificates of clients stand in for a token, and failures are counted`() async throws {
        let (own, clients) = (try await TestCertificates(), try await TestCertificates())
        let authority = "tls_client_ca = \"\(clients.authority)\"\n"
        // The authority's file has to be the service's to read.
        let directory = try TemporaryDirectory()
        try directory.write("ca.pem", try String(contentsOfFile: clients.authority, encoding: .utf8))
        let site = try await Site(own, more: authority.replacing(clients.authority, with: directory.path + "/ca.pem"))
        #expect(try site.livez(own) == "")
        #expect(try site.livez(own, ["--cert", clients.certificate, "--key", clients.key]) == "ok\n")
        #expect(try site.livez(own, ["--cert", own.certificate, "--key", own.key]) == "")
        let metrics = try site.server.request("GET", "/metrics").body
        #expect(metrics.contains(#"webauth_connections_unserved_total{reason="handshake"} 2"#))
        #expect(site.server.logText.contains("a client did not come to speak TLS"))
    }

    @Test func `a certificate that ends soon is noted`() async throws {
        let site = try await Site(try await TestCertificates())
        let check = try Program.run(["check-config"], in: site.directory)
        #expect(check.status == 0)
        let note = #/note: config\.toml:3:12: server\.listen\[0\]\.tls_cert: ".*" is valid until 2.*Z only/#
        #expect(check.output.contains(note), "\(check.output)")
        #expect(site.server.logText.contains("is valid until"))
    }

    @Test(arguments: DovecotVersion.tested)
    func `Dovecot asks through TLS, and not where it does not trust`(version: DovecotVersion) async throws {
        let (own, other) = (try await TestCertificates(), try await TestCertificates())
        let site = try await Site(own)
        let added = try Program.run(["app-password", "add", "alice"], in: site.directory)
        let password = String(added.output.dropLast())
        for (trusted, isGood) in [(own, true), (other, false)] {
            let file = try PrivateDirectory()
            let authority = try file.write(try String(contentsOfFile: trusted.authority, encoding: .utf8), to: "ca.pem")
            chmod(file.path, 0o755)
            chmod(authority, 0o644)
            try await DovecotServer.with(
                version, apiURL: "https://127.0.0.1:\(site.port)",
                passdbs: .authOnly.adding("ssl_client_ca_file = \(authority)"), environment: ["WEB_AUTH_TIMEOUT": "5"]
            ) { dovecot in
                func login() async throws -> (LoginReply, Duration) {
                    let start = ContinuousClock.now
                    let reply = try await dovecot.imapLogin(user: "alice", password: password, from: "192.88.97.7")
                    return (reply, ContinuousClock.now - start)
                }
                var (reply, best) = try await login()
                if isGood {
                    #expect(reply == .ok, "\(dovecot.log)")
                    // Each would stall; a busy machine delays one or the other.
                    for _ in 0..<4 where best >= .milliseconds(1500) { (reply, best) = try await login() }
                    #expect(best < .milliseconds(1500), "no stall for want of a 100")
                    #expect(
                        try await dovecot.imapLogin(user: "alice", password: "wrong").code == "AUTHENTICATIONFAILED")
                } else {
                    #expect(reply.code == "UNAVAILABLE")
                }
            }
        }
    }
}
