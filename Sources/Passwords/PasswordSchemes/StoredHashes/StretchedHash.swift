internal import Base64Text

/// A hash by PBKDF2: Dovecot's `{PBKDF2}`, and `{SCRAM-SHA-1}` and `{SCRAM-SHA-256}`, of whose two keys the stored one
/// is compared, as Dovecot does.
struct StretchedHash: Sendable {
    let digest: MessageDigest
    private let rounds: UInt64
    private let salt: [UInt8]
    private let hash: [UInt8]
    private let isSCRAM: Bool

    /// About how long checking it takes.
    var cost: Duration { .nanoseconds(Int64(rounds) * 400) }

    /// HMAC replaces longer keys by their digest, so a longer password is not the only one that matches.
    static let significantLength = 65

    /// Reads what follows the braces; nil if the scheme is not of this kind.
    init?(scheme: String, _ body: ArraySlice<UInt8>, limits: HashCostLimits) throws(StoredHashError) {
        switch scheme {
        case "PBKDF2": (digest, isSCRAM) = (.sha1, false)
        case "SCRAM-SHA-1": (digest, isSCRAM) = (.sha1, true)
        case "SCRAM-SHA-256": (digest, isSCRAM) = (.sha256, true)
        default: return nil
        }
        let read: (rounds: ArraySlice<UInt8>, salt: [UInt8], hash: [UInt8])?
        read = isSCRAM ? Self.scram(body) : Self.pbkdf2(body)
        guard let read, read.hash.count == digest.length,
            let rounds = TextDecoding.decimal(read.rounds.drop { $0 == UInt8(ascii: "0") }),
            rounds >= (isSCRAM ? 4096 : 1)  // RFC 7677, and Dovecot
        else { throw .malformed }
        guard rounds <= limits.rounds else { throw .tooCostly }
        (self.rounds, salt, hash) = (rounds, read.salt, read.hash)
    }

    /// `$1$salt$rounds$hex`: the salt as it stands.
    private static func pbkdf2(
        _ body: ArraySlice<UInt8>
    ) -> (rounds: ArraySlice<UInt8>, salt: [UInt8], hash: [UInt8])? {
        let fields = body.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0].isEmpty, fields[1].elementsEqual("1".utf8),
            let hash = TextDecoding.hexadecimal(fields[4])
        else { return nil }
        return (fields[3], Array(fields[2]), hash)
    }

    /// `rounds,salt,StoredKey,ServerKey`: all but the first in base64.
    private static func scram(
        _ body: ArraySlice<UInt8>
    ) -> (rounds: ArraySlice<UInt8>, salt: [UInt8], hash: [UInt8])? {
        let fields = body.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == 4, let salt = Base64.decode(fields[1], isPadded: true),
            let stored = Base64.decode(fields[2], isPadded: true),
            let server = Base64.decode(fields[3], isPadded: true), server.count == stored.count
        else { return nil }
        return (fields[0], salt, stored)
    }

    /// Hashes the password and compares in constant time.
    func check(_ password: [UInt8]) -> HashOutcome {
        guard var computed = digest.stretch(password, salt: salt, rounds: rounds) else { return .unavailable }
        defer { wipe(&computed) }
        if isSCRAM {  // RFC 5802 section 3
            guard var clientKey = digest.authenticate("Client Key", key: computed) else { return .unavailable }
            defer { wipe(&clientKey) }
            guard let storedKey = digest.hash(clientKey) else { return .unavailable }
            return isEqualInConstantTime(storedKey, hash) ? .match : .mismatch
        }
        return isEqualInConstantTime(computed, hash) ? .match : .mismatch
    }
}
