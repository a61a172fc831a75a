internal import CSodium

/// A key that turns passwords, accounts and networks into digests: made when the process starts and gone when it ends, but
/// for that of ``KnownNetworks``, which outlives it in a file.
///
/// It, and what HMAC makes of it, lie in memory of libsodium's between
/// guard pages, locked against swapping and left out of core dumps, and are overwritten when this object goes.
///
/// `@unchecked Sendable`: written once, before anyone else has it.
@safe final class DigestKey: @unchecked Sendable {
    /// HMAC with the key's inner and outer block taken in already; the key itself is not kept.
    private let keyed: UnsafeMutablePointer<crypto_auth_hmacsha256_state>
    /// Whether the memory could be locked; RLIMIT_MEMLOCK may be too low.
    let isLocked: Bool

    /// What a digest is of, so that those of one kind never meet those of another.
    enum Kind: UInt8 {
        case match, mismatch, guess, account, network, accountFromNetwork, sharedKnown
    }

    /// A new key from the system's random source.
    convenience init() {
        unsafe self.init { unsafe randombytes_buf($0, Self.length) }
    }

    /// The key that was kept.
    ///
    /// - Parameter bytes: ``length`` of them.
    convenience init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.length)
        unsafe self.init {
            unsafe UnsafeMutableRawBufferPointer(start: $0, count: Self.length).copyBytes(from: bytes)
        }
    }

    /// How many bytes a key has.
    static let length = 32

    private init(_ fill: (UnsafeMutableRawPointer) -> Void) {
        // Both calls fail only where there is no random source or no memory at all: nothing can be done then.
        precondition(sodium_init() >= 0, "libsodium cannot be initialised")
        let size = MemoryLayout<crypto_auth_hmacsha256_state>.size
        guard let memory = unsafe sodium_malloc(size), let key = unsafe sodium_malloc(Self.length) else {
            preconditionFailure("no memory for a key")
        }
        isLocked = unsafe sodium_mlock(memory, size) == 0
        unsafe fill(key)
        unsafe keyed = memory.bindMemory(to: crypto_auth_hmacsha256_state.self, capacity: 1)
        unsafe crypto_auth_hmacsha256_init(keyed, key.assumingMemoryBound(to: UInt8.self), Self.length)
        unsafe sodium_free(key)  // overwrites it
    }

    /// Random bytes for a key that is to be kept.
    static func randomBytes() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    deinit { unsafe sodium_free(keyed) }

    /// Where it lies, for tests that look at the memory around it.
    var location: UInt { unsafe UInt(bitPattern: keyed) }

    /// The digest of some parts, each preceded by its length, so that no two lists of parts are the same bytes.
    ///
    /// - Complexity: O(length), about a microsecond; no allocation.
    func digest(_ kind: Kind, _ body: (inout Parts) -> Void) -> Digest {
        // In place, from the key's copy to the wiping, so that the compiler makes no further copies.
        unsafe withUnsafeTemporaryAllocation(of: crypto_auth_hmacsha256_state.self, capacity: 1) { room in
            guard let state = room.baseAddress else { preconditionFailure("an allocation of one has an address") }
            unsafe state.initialize(from: keyed, count: 1)
            defer { unsafe sodium_memzero(state, MemoryLayout<crypto_auth_hmacsha256_state>.size) }
            var parts = unsafe Parts(state: state)
            parts.add(number: UInt64(kind.rawValue))
            body(&parts)
            return parts.finish()
        }
    }

    /// Parts on their way into a digest; lives no longer than the call it is lent to.
    @safe struct Parts: ~Copyable {
        private let state: UnsafeMutablePointer<crypto_auth_hmacsha256_state>

        fileprivate init(state: UnsafeMutablePointer<crypto_auth_hmacsha256_state>) { unsafe self.state = state }

        /// Adds bytes, after their number.
        mutating func add(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe add($0) } }

        /// Adds the UTF-8 bytes of a text, after their number.
        mutating func add(_ text: String) {
            var text = text
            text.withUTF8 { unsafe add(UnsafeRawBufferPointer($0)) }
        }

        private mutating func add(_ bytes: UnsafeRawBufferPointer) {
            add(number: UInt64(bytes.count))
            unsafe crypto_auth_hmacsha256_update(
                state, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(bytes.count))
        }

        /// Adds eight bytes.
        mutating func add(number: UInt64) {
            unsafe withUnsafeBytes(of: number.littleEndian) { number in
                _ = unsafe crypto_auth_hmacsha256_update(
                    state, number.assumingMemoryBound(to: UInt8.self).baseAddress, 8)
            }
        }

        fileprivate mutating func finish() -> Digest {
            var code: InlineArray<32, UInt8> = .init(repeating: 0)
            var span = code.mutableSpan
            unsafe span.withUnsafeMutableBufferPointer { code in
                if let start = code.baseAddress { _ = unsafe crypto_auth_hmacsha256_final(state, start) }
            }
            func number(_ bytes: Range<Int>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64(code[$1]) } }
            return Digest(high: number(0..<8), low: number(8..<16))
        }
    }
}
