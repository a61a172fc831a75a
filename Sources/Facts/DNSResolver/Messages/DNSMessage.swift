/// The answers of a DNS message (RFC 1035 section 4), read without recursion, every access checked.
///
/// "There is none" is what NXDOMAIN says, and an answer without records of the type that is not a mere referral
/// (RFC 2308 section 2). All else that is no answer to the question is an error, and says nothing of the name.
struct DNSMessage {
    /// Record types we ask for, follow or tell apart.
    enum RecordType: UInt16 {
        case ns = 2
        case cname = 5
        case soa = 6
        case ptr = 12
        case txt = 16
    }

    /// How many records are looked at: no fewer than a message of 64 KB has room for, if each has a name of its own.
    private static let mostRecords = 4096

    /// A message does not keep to the format.
    struct Malformed: Error {}

    private struct Record {
        var owner: DNSName
        var type: RecordType
        /// Seconds to live.
        var lifetime: Int
        var data: Range<Int>
    }

    private let bytes: [UInt8]
    private var question: DNSName
    private var records: [Record] = []
    /// Whether any record of the answer section, of whatever type, has the name that was asked about.
    private var isAboutQuestion = false
    /// For how many seconds it holds that there is nothing.
    private var absence = Self.unstatedAbsence

    /// For how many seconds that there is nothing holds where the zone does not say.
    private static let unstatedAbsence = 60

    /// Reads a message; records of other types and classes are passed over.
    ///
    /// - Throws: Also for what is no whole answer: truncated, with an odd response code, or a mere referral.
    init(_ bytes: [UInt8]) throws(Malformed) {
        self.bytes = bytes
        question = DNSName(labels: [])
        guard bytes.count >= 12, try number(at: 4) == 1 else { throw Malformed() }
        let (isAnswer, isTruncated) = (bytes[2] & 0x80 != 0, bytes[2] & 0x02 != 0)
        let (code, isAuthoritative) = (bytes[3] & 0x0F, bytes[2] & 0x04 != 0)
        guard isAnswer, !isTruncated, code == Self.noError || code == Self.noSuchName else { throw Malformed() }
        var offset = 12
        (question, offset) = try name(at: offset)
        offset += 4
        let count = try number(at: 6)
        for _ in 0..<min(Self.mostRecords, count) {
            let (record, owner, end) = try record(at: offset)
            if let record { records.append(record) }
            if owner == question { isAboutQuestion = true }
            offset = end
        }
        absence = (try? absence(at: offset)) ?? Self.unstatedAbsence
        guard code == Self.noError else {
            // That the end of a chain of aliases is not there holds as long as the chain does.
            absence = records.filter { $0.type == .cname }.map(\.lifetime).reduce(absence, min)
            records = []
            isAboutQuestion = true
            return
        }
        if count == 0 {
            let isReferral = try isReferral(at: offset)
            isAboutQuestion = isAuthoritative || !isReferral
        }
        guard isAboutQuestion else { throw Malformed() }
    }

    private static let noError: UInt8 = 0, noSuchName: UInt8 = 3

    /// Whether the authority section, which starts there, only says which servers to ask.
    private func isReferral(at start: Int) throws(Malformed) -> Bool {
        var (offset, hasServers) = (start, false)
        for _ in 0..<min(Self.mostRecords, try number(at: 8)) {
            let (record, _, end) = try record(at: offset)
            if record?.type == .soa { return false }
            if record?.type == .ns { hasServers = true }
            offset = end
        }
        return hasServers
    }

    /// What the authority section, which starts there, says of absence (RFC 2308 section 5); nil if it holds no SOA.
    private func absence(at start: Int) throws(Malformed) -> Int? {
        var offset = start
        for _ in 0..<min(Self.mostRecords, try number(at: 8)) {
            let (record, _, end) = try record(at: offset)
            // Two names and five numbers, the last of which is the one.
            if let record, record.type == .soa, record.data.count >= 22 {
                return min(record.lifetime, try seconds(at: end - 4))
            }
            offset = end
        }
        return nil
    }

    /// A record, if it is of a type and class of interest, its owner, and where it ends.
    private func record(at offset: Int) throws(Malformed) -> (record: Record?, owner: DNSName, end: Int) {
        let (owner, end) = try name(at: offset)
        let type = try number(at: end)
        let isInternet = try number(at: end + 2) == 1
        let start = end + 10
        let length = try number(at: end + 8)
        guard start + length <= bytes.count else { throw Malformed() }
        let lifetime = try seconds(at: end + 4)
        let isOfInterest = isInternet ? RecordType(rawValue: UInt16(type)) : nil
        let record = isOfInterest.map {
            Record(owner: owner, type: $0, lifetime: lifetime, data: start..<start + length)
        }
        return (record, owner, start + length)
    }

    /// The names that the PTR records hold, in order, and for how many seconds they hold, or that there are none.
    func pointers() throws(Malformed) -> (names: [DNSName], lifetime: Int) {
        let (records, lifetime) = try answers(.ptr)
        var result: [DNSName] = []
        for record in records { result.append(try name(at: record.data.lowerBound, within: record.data)) }
        return (result, lifetime)
    }

    /// The strings of each TXT record, joined, in order.
    func texts() throws(Malformed) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for record in try answers(.txt).records {
            var text: [UInt8] = []
            var offset = record.data.lowerBound
            while offset < record.data.upperBound {
                let end = offset + 1 + Int(bytes[offset])
                guard end <= record.data.upperBound else { throw Malformed() }
                text += bytes[offset + 1..<end]
                offset = end
            }
            result.append(text)
        }
        return result
    }

    /// The records of a type that the name asked for has, itself or by a chain of at most eight CNAMEs (RFC 2317); and for how
    /// many seconds all of that holds.
    ///
    /// - Throws: If the chain is longer or runs in a circle: then nobody has said that there is nothing.
    private func answers(_ type: RecordType) throws(Malformed) -> (records: [Record], lifetime: Int) {
        var (owner, lifetime) = (question, Int.max)
        for _ in 0...8 {
            let found = records.filter { $0.type == type && $0.owner == owner }
            if !found.isEmpty { return (found, found.map(\.lifetime).reduce(lifetime, min)) }
            guard let alias = records.first(where: { $0.type == .cname && $0.owner == owner }) else {
                return ([], min(lifetime, absence))
            }
            lifetime = min(lifetime, alias.lifetime)
            owner = try name(at: alias.data.lowerBound, within: alias.data)
        }
        throw Malformed()
    }

    /// A name that must fill a record's data.
    private func name(at offset: Int, within data: Range<Int>) throws(Malformed) -> DNSName {
        let (name, end) = try name(at: offset)
        guard end == data.upperBound else { throw Malformed() }
        return name
    }

    /// A name and where it ends; pointers may only lead backwards, so that they cannot loop (RFC 1035 section 4.1.4).
    private func name(at start: Int) throws(Malformed) -> (DNSName, end: Int) {
        var labels: [[UInt8]] = []
        var end: Int?
        var (offset, earliest, length) = (start, start, 1)
        while true {
            guard offset < bytes.count else { throw Malformed() }
            let size = Int(bytes[offset])
            switch size {
            case 0: return (DNSName(labels: labels), end ?? offset + 1)
            case 1...63:
                length += size + 1
                guard length <= 255, offset + 1 + size <= bytes.count else { throw Malformed() }
                labels.append(Array(bytes[offset + 1...offset + size]))
                offset += 1 + size
            case 0xC0...:
                let target = try number(at: offset) & 0x3FFF
                guard target < earliest else { throw Malformed() }
                end = end ?? offset + 2
                (offset, earliest) = (target, target)
            default: throw Malformed()
            }
        }
    }

    /// A time to live; one whose highest bit is set is none (RFC 2181 section 8).
    private func seconds(at offset: Int) throws(Malformed) -> Int {
        let (high, low) = (try number(at: offset), try number(at: offset + 2))
        return high < 0x8000 ? high << 16 | low : 0
    }

    /// A number of two bytes.
    private func number(at offset: Int) throws(Malformed) -> Int {
        guard offset + 2 <= bytes.count else { throw Malformed() }
        return Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    }
}
