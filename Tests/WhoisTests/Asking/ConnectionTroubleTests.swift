import AuditCore
import ConnectionWords
import ReplayUpstream
import Testing
@testable import Whois

/// What an administrator reads of servers that cannot be had.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionTroubleTests {
    private func expectSentence(_ error: LookupError?, _ words: String) {
        let detail = error?.detail ?? "no error"
        #expect(detail.contains(words), "\(detail)")
        for library in ["Error", "error:", "errno", "OPENSSL", "descriptor", ".swift", ".cc", "/", "_", "Optional"] {
            #expect(!detail.contains(library), "\(detail)")
        }
    }

    @Test func `a port where nobody listens`() async throws {
        let byRDAP = try await AskingWorld(rdap: "http://127.0.0.1:1/").network()
        expectSentence(byRDAP.fact.error, "Connection refused")
    }

    @Test func `an address of the other family`() async throws {
        let server = try ReplayServer(.line) { _ in .silence }
        defer { server.stop() }
        let world = try AskingWorld(whois: server) { $0.whoisServers[.ripencc] = Endpoint(host: "::1", port: 1) }
        expectSentence(await world.network().fact.error, "[::1]:1: ")
    }

    @Test func `a name that does not exist`() async throws {
        let server = try ReplayServer(.line) { _ in .silence }
        defer { server.stop() }
        let world = try AskingWorld(whois: server) {
            $0.whoisServers[.ripencc] = Endpoint(host: "whois..invalid", port: 43)  // refused before anybody is asked
        }
        expectSentence(await world.network().fact.error, "whois..invalid: ")
    }

    @Test func `a server that resets`() async throws {
        let server = try ReplayServer(.line) { _ in .reset }
        defer { server.stop() }
        expectSentence(try await AskingWorld(whois: server).network().fact.error, "Connection reset by peer")
    }

    @Test func `a server that closes`() async throws {
        let server = try ReplayServer(.http) { _ in ReplayReply([]) }
        defer { server.stop() }
        expectSentence(try await AskingWorld(rdap: server.url).network().fact.error, "the server closed the connection")
    }

    @Test func `a server that speaks something else`() async throws {
        let server = try ReplayServer(.http) { _ in .bytes(Array("220 mail.example ESMTP\r\n".utf8)) }
        defer { server.stop() }
        expectSentence(try await AskingWorld(rdap: server.url).network().fact.error, "no HTTP: ")
    }

    @Test func `a server without TLS`() async throws {
        let server = try ReplayServer(.line) { _ in .bytes(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)) }
        defer { server.stop() }
        let url = server.url.replacing("http:", with: "https:")
        expectSentence(try await AskingWorld(rdap: url).network().fact.error, "TLS: ")
    }

    /// Errors of the TLS library, as it describes them.
    private struct SSLError: Error, CustomStringConvertible { var description: String }

    @Test(arguments: [
        (
            "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at /build/swift-nio-ssl/Sources/CNIOBoringSSL/ssl/handshake.cc:295]))",
            "TLS: the certificate cannot be verified: unknown issuer, expired, or the like"
        ),
        (
            "NIOSSLExtraError.failedToValidateHostname: Couldn't find <none> in certificate from peer",
            "TLS: the certificate is for another name"
        ),
        (
            "sslError([Error: 1 error:1:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION at /b/a.cc:1, Error: 2 error:2:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL at /b/c.cc:2])",
            "TLS: tlsv1 alert protocol version, unsupported protocol"
        ),
        ("something at /build/x/y.swift:12 went wrong", "TLS: something went wrong"),
    ])
    func `what TLS says tells no path of the build`(text: String, words: String) {
        #expect(ConnectionTrouble.words(SSLError(description: text)) == words)
    }
}
