/// Remembers which countries and networks each user has come from, to tell what is new for a user.
///
/// Kept as 64-bit hashes with a seed of the process: nobody can make two users collide on purpose.
struct Habits: Sendable {
    /// What users have habits of.
    enum Kind: String, Sendable {
        case country
        case asNumber = "asn"
    }

    /// How many pairs of a user and a value are remembered (about 20 bytes each); what comes after is neither
    /// remembered nor called new.
    let bound: Int
    private var seen: Set<UInt64> = []

    init(bound: Int = 1_000_000) { self.bound = bound }

    /// Whether nothing more is learnt.
    var isFull: Bool { seen.count >= bound }

    /// Learns that a user came from somewhere; a refused login, perhaps a thief's, does not make the user known.
    ///
    /// - Returns: Whether that is new: the user is known from elsewhere, but not from here.
    mutating func learn(_ kind: Kind, _ value: String, of user: String, isRefused: Bool) -> Bool {
        guard !isFull else { return false }
        let anywhere = Self.hash(kind, "", user)
        let isKnown = seen.contains(anywhere)
        if !isRefused { seen.insert(anywhere) }
        return seen.insert(Self.hash(kind, value, user)).inserted && isKnown
    }

    private static func hash(_ kind: Kind, _ value: String, _ user: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind)
        hasher.combine(value)
        hasher.combine(user)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
