internal import Base64Text

/// A digest of the password and the salt after it: `{SHA512}`, `{SSHA256}`, `{LDAP-MD5}` and their kin, as Dovecot and
/// LDAP servers write them. Cheap to guess at; read so that imported rows go on working.
struct DigestHash: Sendable {
    let digest: MessageDigest
    private let hash: [UInt8]
    private let salt: [UInt8]

    /// How a scheme of this kind is written.
    private struct Form {
        let digest: MessageDigest
        var isSalted = false
    }

    private static let forms: [String: Form] = [
        "SHA": Form(digest: .sha1), "SHA1": Form(digest: .sha1), "SHA256": Form(digest: .sha256),
        "SHA512": Form(digest: .sha512), "PLAIN-MD5": Form(digest: .md5), "LDAP-MD5": Form(digest: .md5),
        "SSHA": Form(digest: .sha1, isSalted: true), "SSHA256": Form(digest: .sha256, isSalted: true),
        "SSHA512": Form(digest: .sha512, isSalted: true), "SMD5": Form(digest: .md5, isSalted: true),
    ]

    /// Reads what follows the braces; nil if the scheme is not of this kind.
    ///
    /// - Parameter isDecoded: The scheme named its encoding. Otherwise it is base64, or, without salt, either.
    init?(scheme: String, _ body: ArraySlice<UInt8>, isDecoded: Bool) throws(StoredHashError) {
        guard let form = Self.forms[scheme] else { return nil }
        let length = form.digest.length
        var bytes = isDecoded ? Array(body) : nil
        if bytes == nil, !form.isSalted, body.count == 2 * length { bytes = TextDecoding.hexadecimal(body) }
        guard let bytes = bytes ?? Base64.decode(Self.trimmed(body), isPadded: true),
            form.isSalted ? bytes.count > length : bytes.count == length
        else { throw .malformed }
        (digest, hash, salt) = (form.digest, Array(bytes.prefix(length)), Array(bytes.dropFirst(length)))
    }

    /// Without the blanks around it, which may come with an import.
    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    /// Hashes the password and compares in constant time.
    func check(_ password: [UInt8]) -> HashOutcome {
        guard var computed = digest.hash(password, salt) else { return .unavailable }
        defer { wipe(&computed) }
        return isEqualInConstantTime(computed, hash) ? .match : .mismatch
    }
}
