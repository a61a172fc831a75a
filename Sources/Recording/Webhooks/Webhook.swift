internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Posts JSON over HTTP and HTTPS, one document at a time.
///
/// Certificates are checked against the system's store. No redirects, no proxy, no cookies; of an answer nothing but its status
/// is read. A URL may hold a secret: it stands in no error.
package final class Webhook: Sendable {
    /// What came of a try.
    package enum Outcome: Sendable, Equatable {
        /// It was taken: a status of 200 to 299.
        case delivered
        /// It will never be taken: another status below 500, but for 408 and 429.
        case refused(String)
        /// It may be taken later.
        case failed(String)
    }

    private let client: HTTPClient

    /// Opens no connection yet; connections are kept for a minute.
    package init() {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    deinit { client.shutdown { _ in } }

    /// Posts a document.
    ///
    /// - Parameter limit: What it may take, the connection included.
    package func post(_ json: String, to url: String, within limit: Duration) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = ["Content-Type": "application/json", "User-Agent": "dovecot-web-auth"]
        request.body = .bytes(ByteBuffer(string: json))
        let end = NIODeadline.now() + .nanoseconds(limit.components.seconds * 1_000_000_000)
        do {
            let status = Int(try await client.execute(request, deadline: end).status.code)
            return switch status {
            case 200...299: .delivered
            case 408, 429, 500...: .failed("it answers \(status)")
            default: .refused("it answers \(status)")
            }
        } catch {
            return .failed(Self.words(error))
        }
    }

    /// Words that hold nothing of the URL.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError:
            error == .deadlineExceeded || error == .connectTimeout
                ? "it does not answer in time" : "\(error.shortDescription)"
        case is NIOConnectionError, is SocketAddressError.UnknownHost: "it cannot be reached"
        case let error as IOError: "the connection fails (errno \(error.errnoCode))"
        default: String(reflecting: type(of: error)).contains("SSL") ? "TLS fails" : "the connection fails"
        }
    }
}
