package import AppPasswordCore

/// Makes random app passwords such as `5KAA-2QvG-xD4v-heq3`: the form the webmail gives them.
package enum AppPasswordGenerator {
    /// Letters and digits that nobody takes for another: without `0 O o 1 l I`.
    static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz".utf8)

    /// A new password: four groups of four of 56 characters, joined by dashes that belong to it.
    ///
    /// 56^16 possibilities: 92.9 bits. Even where a guess costs no more than an HMAC (a stolen memory dump, see
    /// docs/threat-model.md), trying them all takes a billion machines at a billion guesses a second 300 years.
    package static func password() -> Password {
        var generator = SystemRandomNumberGenerator()
        return password(using: &generator)
    }

    static func password(using generator: inout some RandomNumberGenerator) -> Password {
        var bytes: [UInt8] = []
        for position in 0..<16 {
            if position > 0, position.isMultiple(of: 4) { bytes.append(UInt8(ascii: "-")) }
            bytes.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
        }
        return Password(bytes: bytes)
    }
}
