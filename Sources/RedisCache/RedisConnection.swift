internal import AppPasswordCore
internal import AuditCore
internal import BlockingLanes
internal import CHiredis
internal import Glibc

/// One lane's connection: made when it is first needed, made anew when it was lost.
///
/// Belongs to one thread.
@safe final class RedisConnection {
    private let configuration: RedisCache.Configuration
    private let circuit: Circuit
    private var context: UnsafeMutablePointer<redisContext>?

    init(_ configuration: RedisCache.Configuration, circuit: Circuit) {
        (self.configuration, self.circuit) = (configuration, circuit)
    }

    deinit { close() }

    /// `MGET`.
    func values(for keys: [String]) throws(LookupError) -> [String: [UInt8]] {
        let replies = try perform([["MGET".bytes] + keys.map(\.bytes)])
        guard case .array(let values)? = replies.first, values.count == keys.count else { throw malformed() }
        var found: [String: [UInt8]] = [:]
        for (key, value) in zip(keys, values) {
            if case .bytes(let bytes) = value { found[key] = bytes }
        }
        return found
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
        case array([Reply])
        /// No value, or what none of our commands is answered with.
        case other
    }

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

    private func run(_ commands: [[[UInt8]]]) throws(Failure) -> [Reply] {
        guard let context = unsafe context else {
            throw Failure(error: LookupError(.unreachable, detail: "redis: no connection"), isLost: true)
        }
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
        var replies: [Reply] = []
        var refusal: String?
        for _ in commands {
            var raw: UnsafeMutableRawPointer?
            guard unsafe redisGetReply(context, &raw) == REDIS_OK, let reply = unsafe raw else { throw failure() }
            defer { unsafe freeReplyObject(reply) }
            let typed = unsafe reply.assumingMemoryBound(to: redisReply.self)
            if unsafe typed.pointee.type == REDIS_REPLY_ERROR {
                // Only its first word (`WRONGPASS`, `OOM`): the rest may quote what was sent.
                let text = unsafe String(decoding: bytes(of: typed), as: UTF8.self)
                refusal = refusal ?? String(text.prefix { $0.isASCII && $0.isUppercase })
            } else {
                replies.append(unsafe value(of: typed))
            }
        }
        if let refusal {
            let isOfNoUse = ["NOAUTH", "LOADING", "MASTERDOWN", "NOPERM"].contains(refusal)
            throw Failure(error: LookupError(.unreachable, detail: "redis: \(refusal)"), isLost: isOfNoUse)
        }
        return replies
    }

    private func value(of reply: UnsafeMutablePointer<redisReply>) -> Reply {
        switch unsafe reply.pointee.type {
        case REDIS_REPLY_STRING: return unsafe .bytes(bytes(of: reply))
        case REDIS_REPLY_ARRAY:
            var values: [Reply] = []
            for index in 0..<(unsafe reply.pointee.elements) {
                if let element = unsafe reply.pointee.element[index] { values.append(unsafe value(of: element)) }
            }
            return .array(values)
        default: return .other
        }
    }

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

    private func malformed() -> LookupError {
        close()
        return LookupError(.malformed, detail: "redis: not the reply of MGET")
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
