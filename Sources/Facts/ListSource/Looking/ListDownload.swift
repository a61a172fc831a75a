internal import AsyncHTTPClient
internal import AuditCore
internal import ConnectionWords
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Gets a file from a web server, unless it is the one that is there already.
struct ListDownload: Sendable {
    /// What a server said of a file, by which it knows it again.
    struct Validators: Sendable, Equatable {
        var tag: String?
        var modified: String?

        var isEmpty: Bool { tag == nil && modified == nil }
    }

    /// An absolute URL.
    var url: String
    /// PEM file of the authorities that the server's certificate is checked against; nil: the system's.
    var authority: String?
    /// What the server is told that we are.
    var userAgent: String

    /// Asks for the file; the thread waits as long as that takes.
    ///
    /// No redirect is followed, nothing is unpacked, no proxy asked.
    ///
    /// - Parameters:
    ///   - known: Of the file that is there; the same one is not sent again.
    ///   - limit: How long it may be, in bytes.
    ///   - deadline: What all of it may take.
    /// - Returns: nil if it is the one that is known.
    /// - Throws: ``ListSourceError`` `unavailable`, or `malformed` if it is too long.
    func get(
        unless known: Validators, limit: Int, within deadline: Duration
    ) throws(ListSourceError) -> (bytes: [UInt8], validators: Validators)? {
        let response: HTTPClient.Response
        do { response = try ask(known, limit, deadline) } catch {
            if error is ResponseAccumulator.ResponseTooBigError {
                throw ListSourceError(.malformed, "\(url): more than \(limit) bytes")
            }
            throw ListSourceError(.unavailable, "\(url): \(words(error, deadline))")
        }
        switch response.status.code {
        case 200:
            let headers = response.headers
            return (
                response.body.map { Array($0.readableBytesView) } ?? [],
                Validators(
                    tag: Self.sendable(headers.first(name: "etag")),
                    modified: Self.sendable(headers.first(name: "last-modified")))
            )
        case 304 where !known.isEmpty: return nil
        case let code: throw ListSourceError(.unavailable, "\(url): HTTP \(code)")
        }
    }

    private func ask(_ known: Validators, _ limit: Int, _ deadline: Duration) throws -> HTTPClient.Response {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        if let authority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authority)
            configuration.tlsConfiguration = tls
        }
        let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        defer { try? client.syncShutdown() }
        var request = try HTTPClient.Request(url: url)
        request.headers = ["Accept": "*/*", "User-Agent": userAgent]
        if let tag = known.tag { request.headers.add(name: "If-None-Match", value: tag) }
        if let modified = known.modified { request.headers.add(name: "If-Modified-Since", value: modified) }
        let (seconds, attoseconds) = deadline.components
        let time = TimeAmount.seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
        return try client.execute(
            request: request, delegate: ResponseAccumulator(request: request, maxBodySize: limit),
            deadline: .now() + time
        ).wait()
    }

    private func words(_ error: any Error, _ deadline: Duration) -> String {
        if let error = error as? HTTPClientError, error == .deadlineExceeded || error == .connectTimeout {
            return "no answer within \(deadline)"
        }
        return ConnectionTrouble.words(error)
    }

    /// A header's value as it may be sent back: short, and visible.
    private static func sendable(_ value: String?) -> String? {
        value.flatMap {
            (1...512).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? $0 : nil
        }
    }
}
