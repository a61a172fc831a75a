import AuditCore

/// Where an account was used lately, with whatever password, as closely as a town is known.
struct Whereabouts: Sendable, Equatable {
    /// A town, and when the account was last used there.
    struct Town: Sendable, Equatable {
        var point: ObservedLogin.Point
        var time: Timestamp
    }

    /// A new AS that was taken for the end of a journey, with its last use; it is told of if the account turns up where nobody
    /// gets from there.
    struct Arrival: Sendable, Equatable {
        var visit: PasswordHistory.Visit
        var passwordID: Int64
        var service: String
    }

    /// How a place goes with where the account was.
    enum Explanation {
        /// It is not known as closely as a town, or nothing else is.
        case unknown
        /// The account was there within a day.
        case near
        /// Its user can have come there from all towns that it was used in.
        case journey
        /// Nobody can.
        case none
    }

    static let mostTowns = 4

    /// The latest last.
    var towns: [Town] = []
    var arrival: Arrival?

    func explanation(of visit: PasswordHistory.Visit) -> Explanation {
        guard let point = visit.town, !towns.isEmpty else { return .unknown }
        let isNear = towns.contains {
            $0.point.isNear(point) && visit.time.isWithin(AlarmRules.day, of: $0.time)
        }
        if isNear { return .near }
        let isReached = towns.allSatisfy { town in
            let distance = point.leastDistance(to: town.point)
            let hours = visit.time.hours(from: town.time)
            return hours >= AlarmRules.leastJourney && distance <= hours * AlarmRules.journeySpeed
        }
        return isReached ? .journey : .none
    }

    /// Learns from a login; returns the arrival that it shows to be none, which is forgotten then, and how far it is from there
    /// at least, in kilometres.
    mutating func note(_ visit: PasswordHistory.Visit) -> (arrival: Arrival, distance: Double)? {
        guard let point = visit.town else { return nil }
        defer {
            towns.removeAll { $0.point.isNear(point) }
            if towns.count >= Self.mostTowns { towns.removeFirst() }
            towns.append(Town(point: point, time: visit.time))
        }
        guard let last = arrival, let end = last.visit.town else { return nil }
        let isThere = last.visit.network == visit.network
        if isThere { arrival?.visit.time = visit.time }
        // There again, it is the last other town that counts.
        let other = isThere ? towns.last { !$0.point.isNear(end) } : Town(point: end, time: last.visit.time)
        guard let other else { return nil }
        let distance = point.leastDistance(to: other.point)
        guard distance > AlarmRules.journeyDistance,
            distance > visit.time.hours(from: other.time) * AlarmRules.greatestSpeed
        else { return nil }
        arrival = nil
        return (last, distance)
    }
}

extension PasswordHistory.Visit {
    /// Where it is, if that is known as closely as a town.
    fileprivate var town: ObservedLogin.Point? { point.flatMap { $0.radius <= AlarmRules.townRadius ? $0 : nil } }
}

extension ObservedLogin.Point {
    fileprivate func isNear(_ other: ObservedLogin.Point) -> Bool { leastDistance(to: other) <= AlarmRules.near }
}

extension Timestamp {
    /// How many hours lie between two times, whichever comes first.
    fileprivate func hours(from other: Timestamp) -> Double {
        (Double(milliseconds) - Double(other.milliseconds)).magnitude / 3_600_000
    }
}
