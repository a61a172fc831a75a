internal import Locks
internal import AppPasswordCore
internal import AuditCore
internal import CHiredis
internal import Glibc

/// One lane's connection: made when it is first needed, made anew when it was lost.
///
/// Belongs to one thread.
@safe final class RedisConnection {
    private let configuration: RedisCache.Configuration
    private let circuit: Circuit
    private var context: UnsafeMutablePointer<redisContext>?
    /// What is read at once.
    private let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 16 << 10)

    init(_ configuration: RedisCache.Configuration, circuit: Circuit) {
        (self.configuration, self.circuit) = (configuration, circuit)
    }

    deinit {
        close()
        unsafe buffer.deallocate()
    }

    /// `GETRANGE`, once for each key: who asks for no more than a value may have gets no more, whoever wrote it.
    ///
    /// - Returns: What was found; and how many values are too long, and so count as not there.
    func values(for keys: [String]) throws(LookupError) -> (found: [String: [UInt8]], tooLong: Int) {
        let last = String(RedisCache.longestValue).bytes
        let replies = try perform(keys.map { ["GETRANGE".bytes, $0.bytes, "0".bytes, last] })
        var found: [String: [UInt8]] = [:]
        var tooLong = 0
        for (key, reply) in zip(keys, replies) {
            guard case .bytes(let bytes) = reply, !bytes.isEmpty else { continue }
            if bytes.count <= RedisCache.longestValue { found[key] = bytes } else { tooLong += 1 }
        }
        return (found, tooLong)
    }

    /// `SET` with `PX`, once for each entry.
    func store(_ entries: [LookupCacheEntry]) throws(LookupError) {
        _ = try perform(
            entries.map { entry in
                let (seconds, attoseconds) = entry.lifetime.components
                let milliseconds = min(seconds, 1 << 40) * 1000 + attoseconds / 1_000_000_000_000_000
                return ["SET".bytes, entry.key.bytes, entry.value, "PX".bytes, String(milliseconds).bytes]
            })
    }

    /// `PING`.
    func ping() throws(LookupError) { _ = try perform([["PING".bytes]]) }

    /// What the server answered to one command.
    private enum Reply {
        case bytes([UInt8])
        /// No value, or what none of our commands is answered with.
        case other
    }

    /// What a reply may have beside its value.
    private static let overhead = 1024

    /// Why commands could not be run.
    private struct Failure: Error {
        let error: LookupError
        /// Whether the connection is of no more use.
        let isLost: Bool
    }

    /// Sends commands together and reads their replies; once more on a fresh connection if an old one turns out to
    /// have been closed by the server meanwhile (all commands may be repeated).
    private func perform(_ commands: [[[UInt8]]]) throws(LookupError) -> [Reply] {
        // Known to be in trouble: others are trying, this call does not wait.
        let start = ContinuousClock.now
        guard circuit.admits(at: start) else { throw LookupError(.unreachable, detail: "redis: failed a moment ago") }
        let wasOpen = unsafe context != nil
        do {
            return try attempt(commands)
        } catch {
            guard wasOpen, error.isLost, error.error.code != .timedOut else { throw report(error, begunAt: start) }
        }
        do { return try attempt(commands) } catch { throw report(error, begunAt: start) }
    }

    private func report(_ failure: Failure, begunAt start: ContinuousClock.Instant) -> LookupError {
        if failure.isLost { circuit.failed(at: .now, begunAt: start) }
        return failure.error
    }

    private func attempt(_ commands: [[[UInt8]]]) throws(Failure) -> [Reply] {
        do {
            if unsafe context == nil { try connect() }
            let replies = try run(commands)
            circuit.succeeded(at: .now)
            return replies
        } catch {
            if error.isLost { close() }
            throw error
        }
    }

    private func connect() throws(Failure) {
        let wait = timeval(configuration.timeout)
        let new =
            if let path = configuration.unixSocket {
                unsafe redisConnectUnixWithTimeout(path, wait)
            } else {
                unsafe redisConnectWithTimeout(configuration.host, Int32(configuration.port), wait)
            }
        guard let new = unsafe new else {
            throw Failure(error: LookupError(.unreachable, detail: "redis: out of memory"), isLost: true)
        }
        unsafe context = new
        guard unsafe new.pointee.err == 0, unsafe redisSetTimeout(new, wait) == REDIS_OK else { throw failure() }
        if !configuration.password.revealed.isEmpty {
            do {
                _ = try run([["AUTH".bytes, configuration.password.revealed.bytes]])
            } catch { throw Failure(error: error.error, isLost: true) }
        }
    }

    /// Sends commands together and reads their replies, all within one timeout.
    private func run(_ commands: [[[UInt8]]]) throws(Failure) -> [Reply] {
        guard let context = unsafe context else {
            throw Failure(error: LookupError(.unreachable, detail: "redis: no connection"), isLost: true)
        }
        let deadline = ContinuousClock.now + configuration.timeout
        for command in commands {
            // One block for all words of the command, which hiredis copies.
            let block = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, command.reduce(0) { $0 + $1.count }))
            defer { unsafe block.deallocate() }
            var words: [UnsafePointer<CChar>?] = unsafe []
            var end = unsafe block
            for word in command {
                unsafe words.append(UnsafePointer(end))
                for byte in word {
                    unsafe end.pointee = CChar(bitPattern: byte)
                    unsafe end += 1
                }
            }
            let lengths = command.map(\.count)
            guard unsafe redisAppendCommandArgv(context, Int32(command.count), &words, lengths) == REDIS_OK else {
                throw failure()
            }
        }
        var isSent: CInt = 0
        while isSent == 0 {
            guard ContinuousClock.now < deadline else { throw Self.late }
            guard unsafe redisBufferWrite(context, &isSent) == REDIS_OK else { throw failure() }
        }
        var replies: [Reply] = []
        var refusal: String?
        for _ in commands {
            let reply = try unsafe nextReply(context, by: deadline)
            defer { unsafe freeReplyObject(reply) }
            switch unsafe reply.pointee.type {
            case REDIS_REPLY_STRING: replies.append(.bytes(unsafe bytes(of: reply)))
            case REDIS_REPLY_ERROR:
                // Only its first word (`WRONGPASS`, `OOM`): the rest may quote what was sent.
                let text = unsafe String(decoding: bytes(of: reply), as: UTF8.self)
                let word = String(text.prefix { $0.isASCII && $0.isUppercase })
                // Somebody else's key, and no text.
                if word != "WRONGTYPE" { refusal = refusal ?? word }
                replies.append(.other)
            default: replies.append(.other)
            }
        }
        if let refusal {
            let isOfNoUse = ["NOAUTH", "LOADING", "MASTERDOWN", "NOPERM"].contains(refusal)
            throw Failure(error: LookupError(.unreachable, detail: "redis: \(refusal)"), isLost: isOfNoUse)
        }
        return replies
    }

    /// Reads a reply, of which no more than our commands can be answered with is taken in.
    private func nextReply(
        _ context: UnsafeMutablePointer<redisContext>, by deadline: ContinuousClock.Instant
    ) throws(Failure) -> UnsafeMutablePointer<redisReply> {
        var taken = 0
        while true {
            var raw: UnsafeMutableRawPointer?
            guard unsafe redisReaderGetReply(context.pointee.reader, &raw) == REDIS_OK else {
                throw Failure(error: LookupError(.malformed, detail: "redis: not the protocol"), isLost: true)
            }
            if let reply = unsafe raw { return unsafe reply.assumingMemoryBound(to: redisReply.self) }
            guard taken <= RedisCache.longestValue + Self.overhead else {
                throw Failure(error: LookupError(.malformed, detail: "redis: more than was asked for"), isLost: true)
            }
            guard ContinuousClock.now < deadline else { throw Self.late }
            let count = unsafe recv(context.pointee.fd, buffer.baseAddress, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw Self.late }
            guard count > 0, unsafe redisReaderFeed(context.pointee.reader, buffer.baseAddress, count) == REDIS_OK
            else {
                throw Failure(error: LookupError(.unreachable, detail: "redis: the connection has ended"), isLost: true)
            }
            taken += count
        }
    }

    private static let late = Failure(error: LookupError(.timedOut, detail: "redis"), isLost: true)

    private func bytes(of reply: UnsafeMutablePointer<redisReply>) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: reply.pointee.str, count: reply.pointee.len))
    }

    /// What the library says of the connection.
    private func failure() -> Failure {
        guard let context = unsafe context else {
            return Failure(error: LookupError(.unreachable, detail: "redis: no connection"), isLost: true)
        }
        let code = unsafe context.pointee.err
        let isTimeout = code == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT)
        let message = unsafe withUnsafePointer(to: &context.pointee.errstr) { text in
            unsafe String(cString: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
        }
        let kind: LookupError.Code =
            isTimeout ? .timedOut : code == REDIS_ERR_PROTOCOL ? .malformed : .unreachable
        return Failure(error: LookupError(kind, detail: "redis: \(message)"), isLost: true)
    }

    private func close() {
        if let context = unsafe context { unsafe redisFree(context) }
        unsafe context = nil
    }
}

extension String {
    fileprivate var bytes: [UInt8] { Array(utf8) }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
