/// DNS messages as a server writes them; records are taken as they are, right or wrong.
public struct DNSReply: Sendable {
    /// RCODE: 0 success, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    public var code: UInt8 = 0
    /// Whether the answer says that it was cut off, over UDP.
    public var isTruncated = false
    /// Whether it says so over TCP, too.
    public var isAlwaysTruncated = false
    /// Records of the authority section, behind those of the answer.
    public var authority: [[UInt8]] = []
    /// Whether it comes from the zone's own server.
    public var isAuthoritative = false
    /// Added to the identifier of the question; anything but 0 makes the answer one to ignore.
    public var idOffset: UInt16 = 0
    /// Records of the answer section, as they stand in the message behind the question.
    public var records: [[UInt8]] = []
    /// How many records the head promises, if not as many as there are.
    public var recordCount: UInt16?

    /// An empty answer.
    public init(code: UInt8 = 0, records: [[UInt8]] = []) {
        self.code = code
        self.records = records
    }

    /// A pointer to the name of the question (RFC 1035 section 4.1.4).
    public static let questionName: [UInt8] = [0xC0, 12]

    /// A name, label by label.
    public static func name(_ labels: [[UInt8]]) -> [UInt8] { labels.flatMap { [UInt8($0.count)] + $0 } + [0] }

    /// A name, split at its dots.
    public static func name(_ text: String) -> [UInt8] { name(text.utf8.split(separator: 46).map(Array.init)) }

    /// A record of class IN and 60 s to live.
    public static func record(_ owner: [UInt8] = questionName, type: UInt8, _ data: [UInt8]) -> [UInt8] {
        owner + [0, type, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    /// The message that answers a question, which must be a whole one.
    func message(answering question: [UInt8], overTCP: Bool) -> [UInt8] {
        let id = (UInt16(question[0]) << 8 | UInt16(question[1])) &+ idOffset
        let cut: UInt8 = isTruncated && !overTCP || isAlwaysTruncated ? 2 : 0
        let authoritative: UInt8 = isAuthoritative ? 4 : 0
        let count = recordCount ?? UInt16(records.count)
        var end = 12
        while question[end] != 0 { end += Int(question[end]) + 1 }
        let head: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 0x81 | cut | authoritative, 0x80 | code, 0, 1]
        let counts = [UInt8(count >> 8), UInt8(count & 0xFF), 0, UInt8(authority.count), 0, 0]
        return head + counts + question[12..<end + 5]
            + (cut != 0 && !overTCP ? [] : (records + authority).flatMap(\.self))
    }
}
