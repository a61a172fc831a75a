internal import AsyncHTTPClient
internal import AuditCore
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// What went wrong with a connection, in words for an administrator.
///
/// The libraries' own words are names of their types and functions, and TLS's tell where its source files lay.
package enum ConnectionTrouble {
    /// How many addresses that could not be reached are named.
    private static let addressLimit = 3

    /// The error in one sentence, without control characters.
    package static func words(_ error: any Error) -> String {
        sentence(error).visible(limit: 500)
    }

    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError: connecting(error)
        case let error as SocketAddressError.UnknownHost: "\(error.host): \(error.errorDescription)"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "no connection within the time"
        case ChannelError.alreadyClosed, ChannelError.ioOnClosedChannel, ChannelError.eof, ChannelError.inputClosed:
            "the connection was closed"
        case HTTPParserError.invalidEOFState: "the server closed the connection"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the server closed the connection"
        case let error as HTTPClientError: spaced(error.shortDescription)
        case let error as HTTPParserError: "no HTTP: " + spaced("\(error)")
        default:
            String(reflecting: type(of: error)).contains("SSL") ? "TLS: " + tls("\(error)") : withoutPaths("\(error)")
        }
    }

    /// Each address with what was wrong with it, else what was wrong with the name.
    private static func connecting(_ error: NIOConnectionError) -> String {
        var reasons: [String] = []
        for failure in error.connectionErrors {
            let address = failure.target.ipAddress.map { $0.contains(":") ? "[\($0)]" : $0 } ?? error.host
            let reason = "\(address):\(error.port): \(sentence(failure.error))"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        if reasons.isEmpty {
            return (error.dnsAError ?? error.dnsAAAAError).map(sentence) ?? "\(error.host): no address"
        }
        return reasons.prefix(addressLimit).joined(separator: ", ")
    }

    /// OpenSSL's reasons out of a text like `…:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at /…/tls_record.cc:231`.
    private static func tls(_ text: String) -> String {
        if text.contains("failedToValidateHostname") { return "the certificate is for another name" }
        if text.contains("unableToValidateCertificate") { return verifyFailed }
        if text.contains("EOF during handshake") || text.contains("uncleanShutdown") {
            return "the connection was closed"
        }
        let reasons = text.matches(of: #/OPENSSL_internal:([A-Z0-9_]+)/#).map { match in
            switch match.output.1 {
            case "CERTIFICATE_VERIFY_FAILED": verifyFailed
            case "WRONG_VERSION_NUMBER", "HTTP_REQUEST": "the server does not speak it on this port"
            default: match.output.1.lowercased().replacing("_", with: " ")
            }
        }
        return reasons.isEmpty ? withoutPaths(text) : reasons.joined(separator: ", ")
    }

    private static let verifyFailed = "the certificate cannot be verified: unknown issuer, expired, or the like"

    private static func withoutPaths(_ text: String) -> String {
        text.replacing(#/( at )?/[^\s\])]*/[^\s\])]*/#, with: "")
    }

    /// `invalid header token` for `HTTPParserError.invalidHeaderToken`.
    private static func spaced(_ name: String) -> String {
        var words = ""
        for character in name.split(separator: ".").last ?? "" {
            if character.isUppercase, words.last?.isLowercase == true { words += " " }
            words += character.lowercased()
        }
        return words
    }
}
