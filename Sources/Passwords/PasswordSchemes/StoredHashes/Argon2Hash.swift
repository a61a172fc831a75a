internal import Base64Text
internal import CArgon2

/// An encoded argon2 hash: `$argon2id$v=19$m=65536,t=3,p=1$salt$hash`, within the limits.
struct Argon2Hash: Sendable {
    private let isHybrid: Bool
    private let version: UInt32
    private let kibibytes: UInt32
    private let passes: UInt32
    private let lanes: UInt32
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Bytes of memory that checking it takes.
    var memory: Int { Int(kibibytes) << 10 }
    /// About how long checking it takes.
    var cost: Duration { .nanoseconds(Int64(kibibytes) * Int64(passes) * 800) }

    init(_ text: [UInt8], limits: HashCostLimits) throws(StoredHashError) {
        var fields = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard fields.count >= 5, fields[0].isEmpty else { throw .malformed }
        switch String(decoding: fields[1], as: UTF8.self) {
        case "argon2i": isHybrid = false
        case "argon2id": isHybrid = true
        default: throw .unknownScheme
        }
        switch String(decoding: fields[2], as: UTF8.self) {
        case "v=19": version = ARGON2_VERSION_13.rawValue
        case "v=16": version = ARGON2_VERSION_10.rawValue
        case let other where other.hasPrefix("m="):  // what libargon2 wrote before there were versions
            version = ARGON2_VERSION_10.rawValue
            fields.insert([], at: 2)
        default: throw .malformed
        }
        let parameters = fields[3].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == 6, parameters.count == 3,
            let kibibytes = Self.parameter("m=", parameters[0]), let passes = Self.parameter("t=", parameters[1]),
            let lanes = Self.parameter("p=", parameters[2]), passes >= 1, lanes >= 1,
            kibibytes >= 8 * lanes,  // RFC 9106 section 3.1; decimal(_:) keeps this from overflowing
            let salt = Base64.decode(fields[4], isPadded: false), salt.count >= 8,
            let hash = Base64.decode(fields[5], isPadded: false), hash.count >= 16
        else { throw .malformed }
        guard kibibytes <= limits.memory >> 10, passes <= limits.passes, lanes <= limits.parallelism,
            kibibytes * passes <= limits.traffic >> 10
        else { throw .tooCostly }
        (self.kibibytes, self.passes, self.lanes) = (UInt32(kibibytes), UInt32(passes), UInt32(lanes))
        (self.salt, self.hash) = (salt, hash)
    }

    private static func parameter(_ name: String, _ text: ArraySlice<UInt8>) -> UInt64? {
        guard text.starts(with: Array(name.utf8)) else { return nil }
        // Ten digits hold every 32-bit number.
        return text.count <= 12 ? TextDecoding.decimal(text.dropFirst(2)) : nil
    }

    /// Hashes the password on this thread alone, whatever `p` says, and compares in constant time.
    func check(_ password: [UInt8]) -> HashOutcome {
        var computed = [UInt8](repeating: 0, count: hash.count)
        defer { wipe(&computed) }
        var salt = salt
        let status = unsafe password.withUnsafeBufferPointer { password in
            unsafe salt.withUnsafeMutableBufferPointer { salt in
                unsafe computed.withUnsafeMutableBufferPointer { computed in
                    var context = unsafe argon2_context()
                    unsafe context.out = computed.baseAddress
                    unsafe context.outlen = UInt32(computed.count)
                    // Only read: no flag to clear it is set.
                    unsafe context.pwd = UnsafeMutablePointer(mutating: password.baseAddress)
                    unsafe context.pwdlen = UInt32(password.count)
                    unsafe context.salt = salt.baseAddress
                    unsafe context.saltlen = UInt32(salt.count)
                    unsafe context.t_cost = passes
                    unsafe context.m_cost = kibibytes
                    unsafe context.lanes = lanes
                    unsafe context.threads = 1
                    unsafe context.version = version
                    return unsafe argon2_ctx(&context, isHybrid ? Argon2_id : Argon2_i)
                }
            }
        }
        switch status {
        case ARGON2_OK.rawValue: return isEqualInConstantTime(computed, hash) ? .match : .mismatch
        case ARGON2_MEMORY_ALLOCATION_ERROR.rawValue: return .outOfMemory
        default: return .broken
        }
    }
}
