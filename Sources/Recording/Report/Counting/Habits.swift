internal import AuditCore

/// Remembers which countries and networks each user has come from and since when, to tell what is new for a user,
/// whatever order the records come in.
///
/// Kept as 64-bit hashes with a seed of the process: nobody can make two users collide on purpose.
struct Habits: Sendable {
    /// What users have habits of.
    enum Kind: String, Sendable {
        case country
        case asNumber = "asn"
    }

    /// A place that may be new, with the key under which its user's first login is known.
    private struct Candidate {
        var place: NewPlace
        var home: UInt64
    }

    /// How many pairs of a user and a value are remembered (about 30 bytes each); what comes after is neither
    /// remembered nor called new.
    let bound: Int
    /// Whether more came than is remembered, so that not all that is new is known.
    private(set) var isIncomplete = false

    /// When each pair was first seen; of a user's home, when he was first let in at all.
    private var first: [UInt64: Timestamp] = [:]
    private var candidates: [UInt64: Candidate] = [:]
    private var hasPruned = false
    private var candidateBound: Int { max(2, bound / 10) }

    init(bound: Int = 1_000_000) { self.bound = bound }

    /// Learns that a user came from somewhere; a refused login, perhaps a thief's, does not make the user known.
    ///
    /// - Parameter isHistory: Whether it only tells what is no longer new.
    mutating func learn(_ place: NewPlace, isHistory: Bool) {
        guard first.count < bound else { return isIncomplete = true }
        let home = Self.hash(place.kind, nil, place.user)
        let pair = Self.hash(place.kind, place.value, place.user)
        if first[pair].map({ place.time < $0 }) ?? true {
            first[pair] = place.time
            candidates[pair] = nil
            if !isHistory { add(Candidate(place: place, home: home), pair) }
        }
        guard !place.isBlocked, first[home].map({ place.time < $0 }) ?? true else { return }
        // What was put aside as no news may have become some.
        if hasPruned, first[home] != nil { isIncomplete = true }
        first[home] = place.time
    }

    /// What was new: the user had been let in from elsewhere before, but had not come from there. Oldest first.
    var newPlaces: [NewPlace] {
        candidates.values.filter(isNew).map(\.place).sorted { one, other in
            (one.time, one.user, one.kind == .country ? 0 : 1, one.value)
                < (other.time, other.user, other.kind == .country ? 0 : 1, other.value)
        }
    }

    private func isNew(_ candidate: Candidate) -> Bool {
        first[candidate.home].map { $0 < candidate.place.time } ?? false
    }

    private mutating func add(_ candidate: Candidate, _ pair: UInt64) {
        if candidates.count >= candidateBound, !isIncomplete {
            candidates = candidates.filter { isNew($0.value) }
            hasPruned = true
            // So that this is seldom done.
            isIncomplete = candidates.count > candidateBound / 2
        }
        if candidates.count < candidateBound { candidates[pair] = candidate }
    }

    /// - Parameter value: nil: wherever the user came from.
    private static func hash(_ kind: Kind, _ value: String?, _ user: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind)
        hasher.combine(value)
        hasher.combine(user)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
