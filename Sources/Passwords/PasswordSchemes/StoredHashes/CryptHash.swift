/// A hash in the form of crypt(5), complete and within the limits; libcrypt has the last word when it is checked.
struct CryptHash: Sendable {
    /// Printable ASCII, spelled as libcrypt spells it.
    private(set) var text: [UInt8]
    /// Bytes of memory that checking it takes, where it is memory-hard.
    private(set) var memory = 0
    /// About how long checking it takes.
    private(set) var cost = Duration.milliseconds(1)
    /// Passwords shorter than this count in full.
    private(set) var significantLength = Int.max

    private typealias Fields = [ArraySlice<UInt8>]

    init(_ text: [UInt8], limits: HashCostLimits) throws(StoredHashError) {
        self.text = text
        guard text.count < 384, !text.contains(where: Self.isForbidden) else { throw .malformed }
        guard text.first == UInt8(ascii: "$") else {
            try checkDES(limits)
            return
        }
        let fields = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard fields.count >= 3, let hash = fields.last else { throw .malformed }
        switch String(decoding: fields[1], as: UTF8.self) {
        case "6": try checkSHA(fields, hashLength: 86, limits)
        case "5": try checkSHA(fields, hashLength: 43, limits)
        case "2a", "2b", "2x", "2y": try checkBcrypt(fields, limits)
        case "y", "gy":
            guard fields.count == 5, Self.isHash(hash, 43) else { throw .malformed }
            try checkYescrypt(YescryptCost(yescrypt: fields[2]), limits)
        case "7":
            guard fields.count == 4, Self.isHash(hash, 43) else { throw .malformed }
            try checkYescrypt(YescryptCost(scrypt: fields[2]), limits)
        case "1":
            guard fields.count == 4, fields[2].count <= 8, Self.isHash(hash, 22) else { throw .malformed }
        case "3":
            guard fields.count == 4, fields[2].isEmpty, hash.count == 32, TextDecoding.hexadecimal(hash) != nil
            else { throw .malformed }
        case "sha1":
            guard fields.count == 5, !fields[3].isEmpty, Self.isHash(hash, 28) else { throw .malformed }
            cost = .nanoseconds(try Self.checkRounds(fields[2], 1..., limits) * 500)
        case let name where name == "md5" || name.hasPrefix("md5,"):
            guard fields.count == 5 && fields[3].isEmpty || fields.count == 4, Self.isHash(hash, 22)
            else { throw .malformed }
            let option = fields[1].dropFirst("md5".utf8.count)
            if !option.isEmpty {
                guard option.starts(with: Array(",rounds=".utf8)) else { throw .malformed }
                let rounds = try Self.checkRounds(option.dropFirst(",rounds=".utf8.count), 1..., limits)
                cost = .nanoseconds((rounds + 4096) * 1500)
            }
        default: throw .unknownScheme
        }
    }

    /// What crypt(5) says never occurs in a hash.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "\\"): true
        default: false
        }
    }

    /// `$6$[rounds=N$]salt$hash`.
    private mutating func checkSHA(_ fields: Fields, hashLength: Int, _ limits: HashCostLimits) throws(StoredHashError)
    {
        let rounds = Array("rounds=".utf8)
        let hasRounds = fields[2].starts(with: rounds)
        guard fields.count == (hasRounds ? 5 : 4), fields[hasRounds ? 3 : 2].count <= 16,
            Self.isHash(fields[fields.count - 1], hashLength)
        else { throw .malformed }
        let number =
            try hasRounds ? Self.checkRounds(fields[2].dropFirst(rounds.count), 1000..., limits) : 5000
        cost = .nanoseconds(number * (hashLength == 86 ? 350 : 450))
    }

    /// `$2y$NN$` and 53 characters.
    private mutating func checkBcrypt(_ fields: Fields, _ limits: HashCostLimits) throws(StoredHashError) {
        guard fields.count == 4, Self.isHash(fields[3], 53), fields[2].count == 2,
            let cost = Int(String(decoding: fields[2], as: UTF8.self)), (4...31).contains(cost)
        else { throw .malformed }
        guard cost <= limits.bcryptCost else { throw .tooCostly }
        self.cost = .microseconds(50 << cost)
        significantLength = fields[1].last == UInt8(ascii: "x") ? 0 : 72
        // 22 digits of salt and 31 of hash hold 128 and 184 bits. Some programs leave something in the bits that are
        // over, which carry no data; libcrypt answers with zeros there.
        Self.clear(0b1111, of: &text[fields[3].startIndex + 21])
        Self.clear(0b11, of: &text[fields[3].endIndex - 1])
    }

    /// Clears bits of a digit in bcrypt's own alphabet (`./A-Za-z0-9`).
    private static func clear(_ bits: Int, of digit: inout UInt8) {
        let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        if let value = alphabet.firstIndex(of: digit) { digit = alphabet[value & ~bits] }
    }

    /// `_` and 19 characters, or traditional DES (13) and bigcrypt (11 more for each 8 characters).
    private mutating func checkDES(_ limits: HashCostLimits) throws(StoredHashError) {
        significantLength = 0
        if text.first == UInt8(ascii: "_") {
            guard Self.isHash(text[1...], 19) else { throw .malformed }
            let count = text[1...4].reversed().reduce(0) { $0 << 6 | UInt64(TextDecoding.cryptDigit($1) ?? 0) }
            guard count <= limits.rounds else { throw .tooCostly }
            cost = .nanoseconds(count * 500)
        } else {
            guard text.count >= 13, text.count <= 178, (text.count - 2).isMultiple(of: 11),
                Self.isHash(text[...], text.count)
            else { throw .malformed }
        }
    }

    private mutating func checkYescrypt(_ cost: YescryptCost?, _ limits: HashCostLimits) throws(StoredHashError) {
        guard let cost else { throw .malformed }
        guard let work = cost.work, work <= limits.memory else { throw .tooCostly }
        memory = Int(work)
        self.cost = .nanoseconds(work + work / 4)
    }

    private static func checkRounds(
        _ text: ArraySlice<UInt8>, _ range: PartialRangeFrom<UInt64>, _ limits: HashCostLimits
    ) throws(StoredHashError) -> UInt64 {
        guard let rounds = TextDecoding.decimal(text), range.contains(rounds) else { throw .malformed }
        guard rounds <= limits.rounds else { throw .tooCostly }
        return rounds
    }

    private static func isHash(_ text: ArraySlice<UInt8>, _ length: Int) -> Bool {
        text.count == length && text.allSatisfy { TextDecoding.cryptDigit($0) != nil }
    }
}
