/// A stored SHA-512-crypt hash, `$6$[rounds=N$]salt$digest`, taken apart.
///
/// Only what libxcrypt's `crypt_rn` could have written is taken (seen with 4.4.33): N from 1000 to 999999999 without
/// leading zeros, a salt of 0 to 16 printable ASCII characters other than blank and `! $ * : ; \`, and 86 characters of
/// digest with no stray bits. No password matches anything else that starts with `$6$`, as `crypt_rn` never gives it back.
package struct SHA512CryptHash: Sendable, CustomStringConvertible, CustomReflectable {
    /// Rounds a check takes: 5000 if the hash does not say; a planted row can ask for 999999999, so bound it.
    package let rounds: UInt32
    let salt: [UInt8]
    let digest: [UInt8]

    /// Takes a stored hash apart; nil if it is none that a password could match.
    ///
    /// - Parameter stored: The whole hash, without a scheme name in braces before it.
    package init?(_ stored: some StringProtocol) { self.init(stored: Array(stored.utf8)) }

    /// Takes the bytes of a stored hash apart, as ``init(_:)``.
    package init?(stored: some Collection<UInt8>) {
        var rest = ArraySlice(stored)
        guard rest.take("$6$") else { return nil }
        if rest.take("rounds=") {
            guard let field = rest.takeField(), let number = Self.rounds(field) else { return nil }
            rounds = number
        } else {
            rounds = 5000
        }
        guard let salt = rest.takeField(), salt.count <= 16, salt.allSatisfy(Self.isSaltCharacter),
            let digest = Self.digest(rest)
        else { return nil }
        (self.salt, self.digest) = (Array(salt), digest)
    }

    init(rounds: UInt32, salt: [UInt8], digest: [UInt8]) {
        (self.rounds, self.salt, self.digest) = (rounds, salt, digest)
    }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// Shows no children.
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    private static func rounds(_ field: ArraySlice<UInt8>) -> UInt32? {
        guard (4...9).contains(field.count), field.first != UInt8(ascii: "0") else { return nil }
        var number: UInt32 = 0
        for character in field {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            number = number * 10 + UInt32(character - UInt8(ascii: "0"))
        }
        return number
    }

    private static func isSaltCharacter(_ character: UInt8) -> Bool {
        (0x22...0x7E).contains(character) && !#"$*:;\"#.utf8.contains(character)
    }

    /// The 64 bytes that 86 characters of six bits stand for: 21 times three bytes from the three thirds of the digest,
    /// the thirds changing places each time, and the last byte alone.
    private static func digest(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count == 86 else { return nil }
        let digits = text.compactMap(sixBits)
        guard digits.count == 86, digits[85] < 4 else { return nil }
        var digest = [UInt8](repeating: 0, count: 64)
        var (high, middle, low) = (0, 21, 42)
        for start in stride(from: 0, to: 84, by: 4) {
            let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(digits[start + $1]) << (6 * $1) }
            digest[high] = UInt8(truncatingIfNeeded: word >> 16)
            digest[middle] = UInt8(truncatingIfNeeded: word >> 8)
            digest[low] = UInt8(truncatingIfNeeded: word)
            (high, middle, low) = (middle + 1, low + 1, high + 1)
        }
        digest[63] = digits[84] | digits[85] << 6
        return digest
    }

    private static func sixBits(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: ".")...UInt8(ascii: "9"): character - UInt8(ascii: ".")
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A") + 12
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 38
        default: nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// Takes `prefix` off the front, if it is there.
    fileprivate mutating func take(_ prefix: String) -> Bool {
        guard starts(with: prefix.utf8) else { return false }
        removeFirst(prefix.utf8.count)
        return true
    }

    /// Takes what is before the next `$`, and that `$`; nil if there is none.
    fileprivate mutating func takeField() -> ArraySlice<UInt8>? {
        guard let end = firstIndex(of: UInt8(ascii: "$")) else { return nil }
        defer { self = self[(end + 1)...] }
        return self[..<end]
    }
}
