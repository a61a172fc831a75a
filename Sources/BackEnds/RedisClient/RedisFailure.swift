internal import AuditCore
internal import ConnectionWords
internal import NIOCore

/// Why commands could not be run.
struct RedisFailure: Error {
    /// In words for an administrator, without what was sent.
    let error: LookupError
    /// Whether the connection is of no more use.
    let isLost: Bool

    init(_ code: LookupError.Code, _ detail: String = "", isLost: Bool = true) {
        error = LookupError(code, detail: detail.isEmpty ? "redis" : "redis: \(detail)")
        self.isLost = isLost
    }

    /// What a library says of a connection.
    init(_ error: any Error) {
        switch error {
        case let failure as RedisFailure: self = failure
        case ChannelError.connectTimeout: self.init(.timedOut)
        default: self.init(.unreachable, ConnectionTrouble.words(error))
        }
    }

    /// Whether it is worth trying again elsewhere at once.
    var isWorthAnother: Bool { isLost && error.code != .timedOut && error.code != .malformed }

    static let late = RedisFailure(.timedOut)

    /// What a server says that is of no use to anybody now: it has no password of ours, is starting, or takes no changes since
    /// another has become the primary. That one command may not be run says nothing of the others.
    static func ofNoUse(_ replies: [RedisReply]) -> RedisFailure? {
        for case .error(let word) in replies where uselessness.contains(word) {
            return RedisFailure(.unreachable, word)
        }
        return nil
    }

    private static let uselessness: Set = ["NOAUTH", "LOADING", "MASTERDOWN", "READONLY"]
}
