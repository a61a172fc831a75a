/// A mail address that can stand in a header as it is: `local-part@domain` of RFC 5321 in ASCII, without quotes, comments and
/// address literals.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// As written.
    package let description: String

    /// Reads an address; nil for anything else, of which blanks, commas, brackets and line ends are some.
    package init?(_ text: some StringProtocol) {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), (1...253).contains(parts[1].count),
            text.utf8.count <= 254, text.utf8.first != UInt8(ascii: "-")
        else { return nil }
        let atoms = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isOfAtom) }), labels.allSatisfy(Self.isLabel)
        else { return nil }
        description = String(text)
    }

    private static func isOfAtom(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count)
            && label.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
