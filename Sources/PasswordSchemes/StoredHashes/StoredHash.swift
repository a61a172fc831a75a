import AppPasswordCore

/// A stored hash whose scheme, form and cost have been checked.
///
/// `{SCHEME}` in any case, with an optional `.b64`, `.base64` or `.hex` for the encoding of what follows, as
/// `doveadm pw` writes them, or a bare crypt hash. As in Dovecot, `{CRYPT}`, `{SHA512-CRYPT}`, `{SHA256-CRYPT}` and
/// `{DES-CRYPT}` hold whatever libcrypt knows, `{BLF-CRYPT}` only `$2`, `{MD5-CRYPT}` only `$1$`, and `{ARGON2I}` and
/// `{ARGON2ID}` either variant. Never printed.
public struct StoredHash: Sendable, CustomStringConvertible, CustomReflectable {
    enum Method: Sendable {
        case crypt(CryptHash)
        case argon2(Argon2Hash)
    }
    let method: Method

    /// What checking it takes, in bytes, beyond a few kilobytes: the memory of argon2, yescrypt and scrypt.
    public let memory: Int

    /// No real one is longer: libcrypt's are under 384 bytes, twice that in hex, and a scheme name.
    static let longestText = 1024

    /// Parses a stored hash.
    ///
    /// - Parameter text: Foreign text; anything at all.
    /// - Throws: ``StoredHashError``.
    /// - Complexity: O(length), a microsecond; nothing is hashed.
    public init(_ text: String, limits: HashCostLimits = HashCostLimits()) throws(StoredHashError) {
        let bytes = Array(text.utf8.prefix(Self.longestText + 1))
        guard !bytes.isEmpty, bytes.count <= Self.longestText else { throw .malformed }
        var scheme = "CRYPT"
        var body = bytes[...]
        if bytes.first == UInt8(ascii: "{") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "}")), end <= 32 else { throw .malformed }
            scheme = String(decoding: bytes[1..<end], as: UTF8.self).uppercased()
            body = try Self.decode(bytes[(end + 1)...], scheme: &scheme)
        }
        // No scheme of ours writes a blank, a control character, or anything beyond ASCII.
        guard body.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformed }
        switch scheme {
        case "CRYPT", "SHA512-CRYPT", "SHA256-CRYPT", "DES-CRYPT":
            method = .crypt(try CryptHash(Array(body), limits: limits))
        case "BLF-CRYPT", "MD5-CRYPT":
            guard body.starts(with: Array((scheme == "BLF-CRYPT" ? "$2" : "$1$").utf8)) else { throw .malformed }
            method = .crypt(try CryptHash(Array(body), limits: limits))
        case "ARGON2I", "ARGON2ID":
            method = .argon2(try Argon2Hash(Array(body), limits: limits))
        default:
            throw .unknownScheme
        }
        switch method {
        case .crypt(let hash): memory = hash.memory
        case .argon2(let hash): memory = hash.memory
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
        case "B64", "BASE64": decoded = TextDecoding.base64(body, isPadded: true)
        case "HEX": decoded = TextDecoding.hexadecimal(body)
        default: throw .unknownScheme
        }
        scheme = String(scheme[..<dot])
        guard let decoded else { throw .malformed }
        return decoded[...]
    }

    /// Whether no other password than this one can match the hash if this one does: false for schemes that cut
    /// passwords or drop bits of them (DES; bcrypt from 72 bytes on).
    func identifies(_ passwordLength: Int) -> Bool {
        switch method {
        case .crypt(let hash): passwordLength < hash.significantLength
        case .argon2: true
        }
    }

    /// Hashes the password on this thread and compares in constant time.
    func check(_ password: Password, _ scratch: CryptScratch) -> HashOutcome {
        switch method {
        case .crypt(let hash): scratch.check(password.bytes, against: hash.text)
        case .argon2(let hash): hash.check(password.bytes)
        }
    }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// Shows no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
