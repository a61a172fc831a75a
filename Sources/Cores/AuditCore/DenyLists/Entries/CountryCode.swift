/// An ISO 3166-1 alpha-2 code, or any other two letters, in upper case.
package struct CountryCode: Hashable, Sendable {
    private let letters: UInt16

    /// Takes two ASCII letters in either case; nil for anything else.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == 2 else { return nil }
        var letters: UInt16 = 0
        for byte in text {
            let upper = byte & ~0x20
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(upper) else { return nil }
            letters = letters << 8 | UInt16(upper)
        }
        self.letters = letters
    }

    /// The two letters.
    package var text: String {
        String(decoding: [UInt8(letters >> 8), UInt8(truncatingIfNeeded: letters)], as: UTF8.self)
    }
}
