internal import AuditCore

/// A domain name, label by label, as bytes.
struct DNSName: Equatable {
    /// Labels from the left; the root has none.
    var labels: [[UInt8]]

    init(labels: [[UInt8]]) { self.labels = labels }

    /// Splits a text at its dots.
    init(text: some StringProtocol) {
        labels = text.utf8.split(separator: UInt8(ascii: ".")).map { Array($0) }
    }

    /// The name under which an address has its PTR record (RFC 1035 section 3.5, RFC 3596 section 2.5).
    init(reverseOf address: IPAddress) {
        switch address.family {
        case .v4:
            labels = (0..<4).map { Array(String(UInt8(truncatingIfNeeded: address.bits >> (8 * $0))).utf8) }
            labels += ["in-addr", "arpa"].map { Array($0.utf8) }
        case .v6:
            labels = (0..<32).map {
                Array(String(UInt8(truncatingIfNeeded: address.bits >> (4 * $0) & 15), radix: 16).utf8)
            }
            labels += ["ip6", "arpa"].map { Array($0.utf8) }
        }
    }

    /// Whether the name is one that we ask for: labels of 1 to 63 letters, digits, `-` or `_`, 253 bytes in all.
    var isPlain: Bool {
        !labels.isEmpty && labels.reduce(-1) { $0 + $1.count + 1 } <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }

    /// Letters compare without case, and only ASCII ones (RFC 4343).
    static func == (one: DNSName, other: DNSName) -> Bool {
        one.labels.elementsEqual(other.labels) { $0.elementsEqual($1) { lowercase($0) == lowercase($1) } }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension DNSName: CustomStringConvertible {
    /// The name without final dot, in ASCII whatever it holds: `\.` and `\\` for a dot or backslash inside a label,
    /// `\DDD` for blanks, control bytes and bytes above 126 (RFC 1035 section 5.1). At most 1004 characters.
    var description: String {
        labels.map { label in
            label.map { byte in
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
                case 0x21...0x7E: String(UnicodeScalar(byte))
                default: "\\" + String(repeating: "0", count: byte < 10 ? 2 : byte < 100 ? 1 : 0) + String(byte)
                }
            }.joined()
        }.joined(separator: ".")
    }
}
