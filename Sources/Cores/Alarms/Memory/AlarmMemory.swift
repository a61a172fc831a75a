internal import AuditCore
internal import Locks

/// What alarms remember of passwords, users and ASs: so many of each, those used longest ago forgotten first.
package struct AlarmMemory: Sendable {
    /// How many of each are remembered.
    package struct Bounds: Sendable {
        /// App passwords; each takes about a kilobyte, two at most.
        package var passwords = 65_536
        /// Users; each takes 1200 bytes at most, mostly a few hundred.
        package var users = 65_536
        /// ASs; each takes 400 bytes at most.
        package var asNumbers = 16_384

        /// The defaults: 150 MB if all of it is full, a twentieth of that with 5,000 users.
        package init() {}
    }

    /// What is remembered of a user.
    struct UserHistory: Sendable, Equatable {
        /// The digest of a network, or of another thing, and when it was met.
        struct Use: Sendable, Equatable {
            var network: UInt64
            var time: Timestamp
        }
        /// The latest last.
        var networks: [Use] = []
        /// When it was last said that they are too many.
        var saidMany: Timestamp?
        /// What was said to be new for a password of the user lately, by its digest.
        var news: [Use] = []
        /// Where the user is.
        var whereabouts = Whereabouts()

        /// Whether the same was said of another password lately; it has been now.
        mutating func hasHeard(_ kind: AlarmKind, _ value: String, at time: Timestamp) -> Bool {
            let digest = Digest.of("\(kind.rawValue) \(value)")
            news.removeAll { !time.isWithin(AlarmRules.history, of: $0.time) }
            if news.contains(where: { $0.network == digest }) { return true }
            if news.count >= AlarmMemory.mostNews { news.removeFirst() }
            news.append(Use(network: digest, time: time))
            return false
        }
    }

    /// What is remembered of an AS.
    struct ASHistory: Sendable, Equatable {
        /// Its name.
        var name: String?
        /// Some of those who come through it.
        var users: [UInt64] = []
    }

    /// How much of a user's news is remembered.
    static let mostNews = 4
    /// More users of an AS than any setting asks for.
    static let mostUsersOfAS = 16

    var passwords: RecentTable<Int64, PasswordHistory>
    /// By their digests.
    var users: RecentTable<UInt64, UserHistory>
    var asNumbers: RecentTable<UInt32, ASHistory>
    /// When passwords were suspended lately.
    var suspensions: [Timestamp] = []

    /// Remembers nothing yet.
    package init(_ bounds: Bounds = Bounds()) {
        passwords = RecentTable(capacity: bounds.passwords)
        users = RecentTable(capacity: bounds.users)
        asNumbers = RecentTable(capacity: bounds.asNumbers)
    }

    /// How many app passwords, users and ASs are remembered.
    package var counts: (passwords: Int, users: Int, asNumbers: Int) { (passwords.count, users.count, asNumbers.count) }
}

/// FNV-1a of 64 bits, its bits mixed once more: the same in each process.
struct Digest {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    mutating func add(_ text: some StringProtocol) {
        for byte in text.utf8 { add(byte) }
        add(0xFF)
    }

    mutating func add(_ number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func add(_ prefix: IPPrefix) {
        add(prefix.address.family == .v4 ? UInt8(4) : 6)
        add(prefix.address.bits)
        add(UInt8(prefix.length))
    }

    var value: UInt64 {
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    static func of(_ text: String) -> UInt64 {
        var digest = Digest()
        digest.add(text)
        return digest.value
    }

    static func of(_ prefix: IPPrefix) -> UInt64 {
        var digest = Digest()
        digest.add(prefix)
        return digest.value
    }
}
