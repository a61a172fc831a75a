internal import AppPasswordCore
internal import AsyncHTTPClient
internal import AuditCore
internal import Foundation
internal import Locks
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Speaks HTTP with doveadm: one request a connection, no redirects, no proxies, a deadline for each.
///
/// Certificates are checked against the system's store. Call ``shutDown()`` at the end.
package final class DoveadmClient: Sendable {
    private let client: HTTPClient
    private let deadline: Duration
    private let isShutDown = Mutex(false)

    /// The longest answer that is read, in bytes.
    private static let longest = 4 << 20

    /// - Parameter deadline: How long a request may take, connecting included.
    package init(deadline: Duration = .seconds(5)) {
        self.deadline = deadline
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    deinit {
        let isOver = isShutDown.withLock { $0 }
        if !isOver { client.shutdown { _ in } }
    }

    /// Ends what is under way.
    package func shutDown() async {
        let isFirst = isShutDown.withLock { isShutDown in
            defer { isShutDown = true }
            return !isShutDown
        }
        if isFirst { try? await client.shutdown() }
    }

    /// Sends a question.
    ///
    /// - Returns: The body of a 200.
    /// - Throws: ``AppPasswordCore/SessionServerError``: never with a word of the key.
    func post(_ body: [UInt8], to url: String, key: Secret) async throws(SessionServerError) -> [UInt8] {
        do {
            return try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask { try await self.exchange(body, url, key) }
                group.addTask { [deadline] in
                    try await Task.sleep(for: deadline)
                    throw SessionServerError(.unreachable, detail: "no answer within the time")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? []
            }
        } catch let error as SessionServerError {
            throw error
        } catch {
            throw SessionServerError(.unreachable, detail: Self.words(error))
        }
    }

    private func exchange(_ body: [UInt8], _ url: String, _ key: Secret) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            "Authorization": "X-Dovecot-API \(Data(key.revealed.utf8).base64EncodedString())",
            "Content-Type": "application/json", "Connection": "close",
        ]
        request.body = .bytes(body)
        let response = try await client.execute(request, deadline: .distantFuture)
        switch response.status.code {
        case 200: break
        case 401, 403: throw SessionServerError(.unauthorized, detail: "HTTP \(response.status.code)")
        default: throw SessionServerError(.failed, detail: "HTTP \(response.status.code)")
        }
        var answer: [UInt8] = []
        for try await chunk in response.body {
            guard answer.count + chunk.readableBytes <= Self.longest else {
                throw SessionServerError(.failed, detail: "an answer of more than \(Self.longest) bytes")
            }
            answer.append(contentsOf: chunk.readableBytesView)
        }
        return answer
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            let reasons = error.connectionErrors.map { "\($0.target): \(words($0.error))" }
            return reasons.isEmpty ? "\(error.host): no address" : reasons.prefix(3).joined(separator: ", ")
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as HTTPClientError: return "\(error.shortDescription)".visible(limit: 200)
        default: return "\(type(of: error))".visible(limit: 200)
        }
    }
}
