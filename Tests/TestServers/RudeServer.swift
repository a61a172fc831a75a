import Foundation
import Locks

/// A server on 127.0.0.1 that answers the first thing that it is told, and hangs up at each further one.
public final class RudeServer: Sendable {
    /// Where it listens.
    public let port: UInt16
    private let listener: Int32
    private let heard = Mutex("")

    /// Listens; each client is served when the one before has gone.
    public init(answer: String) throws {
        let (port, listener) = (try freePort(), socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        (self.port, self.listener) = (port, listener)
        guard withAddress(of: port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw ServerError("cannot listen")
        }
        Thread.detachNewThread { [self] in
            var request = [UInt8](repeating: 0, count: 4096)
            while case let client = accept(listener, nil, nil), client >= 0 {
                while case let length = recv(client, &request, request.count, 0), length > 0 {
                    let isFirst = heard.withLock { heard in
                        defer { heard += String(decoding: request.prefix(length), as: UTF8.self) }
                        return heard.isEmpty
                    }
                    let bytes = Array(answer.utf8)
                    guard isFirst, send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 else { break }
                }
                close(client)
            }
            close(listener)
        }
    }

    /// How often it was told a word.
    public func count(of word: String) -> Int { heard.withLock { $0.components(separatedBy: word).count - 1 } }

    /// Ends it.
    public func end() { shutdown(listener, Int32(SHUT_RDWR)) }
}
