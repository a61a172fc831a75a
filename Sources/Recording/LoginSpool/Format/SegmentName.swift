/// The name of a spool file: `login-0000000007-9f3a5c0e12b4d687.spool`, its place in the order and its salt.
struct SegmentName: Comparable, Sendable {
    let sequence: UInt32
    let salt: UInt64

    static func < (one: SegmentName, other: SegmentName) -> Bool { one.sequence < other.sequence }

    init(sequence: UInt32, salt: UInt64) {
        self.sequence = sequence
        self.salt = salt
    }

    /// Reads a name; nil for other files.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "login", parts[2].hasSuffix(".spool"), let sequence = UInt32(parts[1]),
            let salt = UInt64(parts[2].dropLast(6), radix: 16)
        else { return nil }
        self.init(sequence: sequence, salt: salt)
        guard self.text == text else { return nil }
    }

    var text: String {
        func padded(_ digits: String, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "login-\(padded(String(sequence), 10))-\(padded(String(salt, radix: 16), 16)).spool"
    }
}
