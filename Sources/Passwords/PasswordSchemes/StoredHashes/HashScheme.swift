/// The families of stored hashes, as metrics name them.
package enum HashScheme: String, Sendable, Hashable, CaseIterable {
    /// `$6$`.
    case sha512Crypt = "sha512-crypt"
    /// `$5$`.
    case sha256Crypt = "sha256-crypt"
    /// `$2y$` and its kin.
    case bcrypt
    /// `$y$`, `$gy$`.
    case yescrypt
    /// `$argon2i$`, `$argon2id$`.
    case argon2
    /// `$1$`.
    case md5Crypt = "md5-crypt"
    /// Anything else, broken ones too.
    case other

    /// Looks at the beginning of a stored hash; whether the rest can be used is not asked.
    ///
    /// - Complexity: Some tens of nanoseconds for a hash that is not encoded.
    package init(stored text: String) {
        var rest = text.utf8.prefix(64)
        if rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
            let name = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if name.contains(UInt8(ascii: ".")) {  // what follows is base64 or hexadecimal
                self = Self(encodedIn: String(decoding: name.dropFirst(), as: UTF8.self).uppercased())
                return
            }
        }
        guard rest.first == UInt8(ascii: "$") else {
            self = .other
            return
        }
        switch String(decoding: rest.dropFirst().prefix { $0 != UInt8(ascii: "$") }, as: UTF8.self) {
        case "6": self = .sha512Crypt
        case "5": self = .sha256Crypt
        case "2a", "2b", "2x", "2y": self = .bcrypt
        case "y", "gy": self = .yescrypt
        case "argon2i", "argon2id": self = .argon2
        case "1": self = .md5Crypt
        default: self = .other
        }
    }

    /// Goes by the name before the braces close: `SHA512-CRYPT.B64`.
    private init(encodedIn name: String) {
        self =
            switch name.prefix(while: { $0 != "." }) {
            case "SHA512-CRYPT": .sha512Crypt
            case "SHA256-CRYPT": .sha256Crypt
            case "BLF-CRYPT": .bcrypt
            case "ARGON2", "ARGON2I", "ARGON2ID": .argon2
            case "MD5-CRYPT": .md5Crypt
            default: .other
            }
    }
}
