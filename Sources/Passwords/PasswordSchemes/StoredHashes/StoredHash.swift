import AppPasswordCore
import Base64Text

/// A stored hash whose scheme, form and cost have been checked.
///
/// `{SCHEME}` in any case, with an optional `.b64`, `.base64` or `.hex` for the encoding of what follows, as
/// `doveadm pw` writes them, or a bare crypt hash. As in Dovecot, `{CRYPT}`, `{SHA512-CRYPT}`, `{SHA256-CRYPT}` and
/// `{DES-CRYPT}` hold whatever libcrypt knows, `{BLF-CRYPT}` only `$2`, `{MD5-CRYPT}` only `$1$`, `{MD5}` that or what
/// `{LDAP-MD5}` holds, and `{ARGON2}`, `{ARGON2I}` and `{ARGON2ID}` either variant. What else Dovecot checks a password
/// against is read for the sake of imported rows; what it needs more for (a realm, a counter) is ``StoredHashError``
/// `.unsupportedScheme`. Never printed.
package struct StoredHash: Sendable, CustomStringConvertible, CustomReflectable {
    enum Method: Sendable {
        case crypt(CryptHash)
        case argon2(Argon2Hash)
        case digest(DigestHash)
        case stretched(StretchedHash)
        case plain([UInt8])
    }
    let method: Method

    /// What checking it takes, in bytes, beyond a few kilobytes: the memory of argon2, yescrypt and scrypt.
    package let memory: Int
    /// About how long checking it takes a core of the 2020s.
    package let cost: Duration

    /// What Dovecot has, or had, beside the schemes that are read here.
    private static let unsupported: Set = [
        "PLAIN-MD4", "PLAIN-TRUNC", "CRAM-MD5", "HMAC-MD5", "DIGEST-MD5", "OTP", "SKEY", "RPA", "NTLM", "LANMAN",
    ]

    /// No real one is longer: libcrypt's are under 384 bytes, twice that in hex, and a scheme name.
    static let longestText = 1024

    /// Parses a stored hash.
    ///
    /// - Parameter text: Foreign text; anything at all.
    /// - Throws: ``StoredHashError``.
    /// - Complexity: O(length), a microsecond; nothing is hashed.
    package init(_ text: String, limits: HashCostLimits = HashCostLimits()) throws(StoredHashError) {
        let bytes = Array(text.utf8.prefix(Self.longestText + 1))
        guard !bytes.isEmpty, bytes.count <= Self.longestText else { throw .malformed }
        var scheme = "CRYPT"
        var body = bytes[...]
        var isDecoded = false
        if bytes.first == UInt8(ascii: "{") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "}")), end <= 32 else { throw .malformed }
            scheme = String(decoding: bytes[1..<end], as: UTF8.self).uppercased()
            isDecoded = scheme.contains(".")
            body = try Self.decode(bytes[(end + 1)...], scheme: &scheme)
        }
        method = try Self.method(scheme, body, isDecoded: isDecoded, limits)
        switch method {
        case .crypt(let hash): (memory, cost) = (hash.memory, hash.cost)
        case .argon2(let hash): (memory, cost) = (hash.memory, hash.cost)
        case .stretched(let hash): (memory, cost) = (0, hash.cost)
        case .digest, .plain: (memory, cost) = (0, .microseconds(5))
        }
    }

    /// - Parameter isDecoded: The scheme named an encoding, which is off the body.
    private static func method(
        _ scheme: String, _ body: ArraySlice<UInt8>, isDecoded: Bool, _ limits: HashCostLimits
    ) throws(StoredHashError) -> Method {
        if unsupported.contains(scheme) { throw .unsupportedScheme }
        if ["PLAIN", "CLEAR", "CLEARTEXT"].contains(scheme) {
            guard !body.isEmpty, !body.contains(0) else { throw .malformed }
            return .plain(Array(body))
        }
        let isBcryptOrMD5 = body.starts(with: Array((scheme == "BLF-CRYPT" ? "$2" : "$1$").utf8))
        // RFC 2307 calls MD5 what Dovecot calls LDAP-MD5; the one of crypt is told by its dollar signs.
        let name = scheme == "MD5" ? (isBcryptOrMD5 ? "MD5-CRYPT" : "LDAP-MD5") : scheme
        if let hash = try DigestHash(scheme: name, body, isDecoded: isDecoded) { return .digest(hash) }
        // No other scheme writes a blank, a control character, or anything beyond ASCII.
        guard body.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformed }
        if let hash = try StretchedHash(scheme: name, body, limits: limits) { return .stretched(hash) }
        switch name {
        case "CRYPT", "SHA512-CRYPT", "SHA256-CRYPT", "DES-CRYPT":
            return .crypt(try CryptHash(Array(body), limits: limits))
        case "BLF-CRYPT", "MD5-CRYPT":
            guard isBcryptOrMD5 else { throw .malformed }
            return .crypt(try CryptHash(Array(body), limits: limits))
        case "ARGON2", "ARGON2I", "ARGON2ID":
            return .argon2(try Argon2Hash(Array(body), limits: limits))
        default:
            throw .unknownScheme
        }
    }

    /// Decodes what follows `{SCHEME.ENCODING}` and cuts the encoding off the name.
    private static func decode(
        _ body: ArraySlice<UInt8>, scheme: inout String
    ) throws(StoredHashError) -> ArraySlice<UInt8> {
        guard let dot = scheme.firstIndex(of: ".") else { return body }
        let encoding = scheme[scheme.index(after: dot)...]
        let decoded: [UInt8]?
        switch encoding {
        case "B64", "BASE64": decoded = Base64.decode(body, isPadded: true)
        case "HEX": decoded = TextDecoding.hexadecimal(body)
        default: throw .unknownScheme
        }
        scheme = String(scheme[..<dot])
        guard let decoded else { throw .malformed }
        return decoded[...]
    }

    /// Why a hash cannot be checked on this machine.
    static let unavailable = "its digest is not computed here; a policy of OpenSSL may forbid it"

    /// Why no login can ever match a stored hash, in words for operators that say nothing of its content; nil if it can
    /// be used. What this says of a row is what logins find.
    ///
    /// - Parameter text: A row's `password`, as it is in the database.
    /// - Complexity: O(length), a microsecond; nothing is hashed.
    package static func problem(_ text: String, limits: HashCostLimits = HashCostLimits()) -> String? {
        do throws(StoredHashError) {
            switch try StoredHash(text, limits: limits).method {
            case .crypt(let hash): return CryptScratch.knows(hash.text) ? nil : "refused by libcrypt"
            case .digest(let hash): return hash.digest.isAvailable ? nil : unavailable
            case .stretched(let hash): return hash.digest.isAvailable ? nil : unavailable
            case .argon2, .plain: return nil
            }
        } catch {
            return error.description
        }
    }

    /// Whether no other password than this one can match the hash if this one does: false for schemes that cut
    /// passwords or drop bits of them (DES; bcrypt from 72 bytes on).
    func identifies(_ passwordLength: Int) -> Bool {
        switch method {
        case .crypt(let hash): passwordLength < hash.significantLength
        case .argon2, .digest, .plain: true
        case .stretched: passwordLength < StretchedHash.significantLength
        }
    }

    /// Hashes the password on this thread and compares in constant time; a password with a NUL matches nothing.
    func check(_ password: Password, _ scratch: CryptScratch) -> HashOutcome {
        // C would cut it there, and HMAC takes it for the one without.
        if password.bytes.contains(0) { return .mismatch }
        return switch method {
        case .crypt(let hash): scratch.check(password.bytes, against: hash.text)
        case .argon2(let hash): hash.check(password.bytes)
        case .digest(let hash): hash.check(password.bytes)
        case .stretched(let hash): hash.check(password.bytes)
        case .plain(let text): isEqualInConstantTime(password.bytes, text) ? .match : .mismatch
        }
    }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// Shows no children.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
