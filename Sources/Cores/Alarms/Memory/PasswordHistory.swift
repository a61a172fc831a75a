import AuditCore

/// What is remembered of an app password.
struct PasswordHistory: Sendable, Equatable {
    /// A country or an AS that it was used in or through.
    struct Habit<Value: Equatable & Sendable>: Sendable, Equatable {
        var value: Value
        var first: Timestamp
        var last: Timestamp
        /// Where it was when it was new; of an AS.
        var point: ObservedLogin.Point?
    }

    /// A network that it was used from.
    struct Visit: Sendable, Equatable {
        var network: IPPrefix
        var address: IPAddress
        var time: Timestamp
        var point: ObservedLogin.Point?
        var country: String?
        var asNumber: UInt32?
        var name: String?
    }

    /// Two places that an alarm told of already.
    struct Said: Sendable, Equatable {
        var pair: UInt64
        var time: Timestamp
    }

    static let mostCountries = 32
    static let mostASNumbers = 24
    static let mostVisits = 8
    static let mostSaid = 8

    /// Its first login that was let in, since we look; nil: none was.
    var first: Timestamp?
    /// Those it was used in, the ones used longest ago first.
    var countries: [Habit<String>] = []
    /// Those it was used through, the ones used longest ago first.
    var asNumbers: [Habit<UInt32>] = []
    /// Where it was used last, the latest last.
    var visits: [Visit] = []
    /// When it was last said that it is used in two places, for each pair of them.
    var said: [Said] = []
    /// When it was last said that it is used through too many ASs.
    var saidMany: Timestamp?
    /// When it was last said that it is revoked and tried.
    var saidRevoked: Timestamp?
    /// How often it was tried since.
    var tries = 0
    /// A country that an alarm told of lately, so that its ASs are no news.
    var journey: Habit<String>?

    /// Whether it has been used for long enough that something can be new for it.
    func hasHistory(at time: Timestamp) -> Bool {
        first.map { $0.advanced(by: AlarmRules.history) <= time } ?? false
    }

    /// Whether it goes through an operator's gateway now and then, as telephones do, and laptops beside them.
    func roams(at time: Timestamp) -> Bool {
        asNumbers.contains { habit in
            guard let point = habit.point, point.radius >= AlarmRules.gatewayRadius else { return false }
            return habit.first.advanced(by: AlarmRules.settling) <= time
                && time.isWithin(AlarmRules.history, of: habit.last)
        }
    }

    /// Whether an AS has been in use for so long, near a point if one is given.
    func hasUsed(
        _ asNumber: UInt32?, for age: Duration, at time: Timestamp, near point: ObservedLogin.Point? = nil
    ) -> Bool {
        guard let habit = asNumbers.first(where: { $0.value == asNumber }), habit.first.advanced(by: age) <= time
        else { return false }
        guard let point, let there = habit.point else { return true }
        return point.leastDistance(to: there) <= AlarmRules.distance
    }
}

extension Array {
    /// Whether it is known for long enough what is usual: one has been for so long.
    func areOld<Value>(at time: Timestamp) -> Bool where Element == PasswordHistory.Habit<Value> {
        contains { $0.first.advanced(by: AlarmRules.history) <= time }
    }

    /// Notes a value, which then stands last; of too many the first goes, unless none is older: since that one it is known what is
    /// usual.
    ///
    /// - Parameter isUse: Whether it counts as used now; else it is known only.
    mutating func note<Value>(
        _ value: Value, at time: Timestamp, most: Int, point: ObservedLogin.Point? = nil, isUse: Bool = true
    ) where Element == PasswordHistory.Habit<Value> {
        guard let index = firstIndex(where: { $0.value == value }) else {
            if count >= most { remove(at: dropFirst().allSatisfy { self[0].first < $0.first } ? 1 : 0) }
            let last = isUse ? time : time.advanced(by: .zero - AlarmRules.day)
            return append(PasswordHistory.Habit(value: value, first: time, last: last, point: point))
        }
        if isUse { self[index].last = Swift.max(self[index].last, time) }
        if self[index].point == nil { self[index].point = point }
        if index != count - 1 { append(remove(at: index)) }
    }
}
