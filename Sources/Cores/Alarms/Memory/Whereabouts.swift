import AuditCore

/// Where an account was used lately, with whatever password, as closely as a town is known.
struct Whereabouts: Sendable, Equatable {
    /// A town, and when the account was last used there.
    struct Town: Sendable, Equatable {
        var point: ObservedLogin.Point
        var time: Timestamp
        /// When a login there last raised an alarm: for a while it proves nothing then, as it may be a thief's.
        var told: Timestamp?
    }

    /// A new AS that was taken for the end of a journey, with its last use; it is told of if the account turns up where nobody
    /// gets from there.
    struct Arrival: Sendable, Equatable {
        var visit: PasswordHistory.Visit
        var passwordID: Int64
        /// At most so many bytes of what the client said, whatever that is.
        var service: String

        init(visit: PasswordHistory.Visit, passwordID: Int64, service: String) {
            (self.visit, self.passwordID) = (visit, passwordID)
            self.service = String(decoding: service.utf8.prefix(64), as: UTF8.self)
        }
    }

    /// How a place goes with where the account was.
    enum Explanation {
        /// It is not known as closely as a town, or nothing else is.
        case unknown
        /// The account was there within a day, and that raised no alarm.
        case near
        /// Its user can have come there from all towns that it was used in.
        case journey
        /// Nobody can, or nobody would see who is where.
        case none
    }

    static let mostTowns = 4
    static let mostArrivals = 2

    /// The latest last.
    var towns: [Town] = []
    /// The earliest first.
    var arrivals: [Arrival] = []

    /// - Parameter visits: Where the password itself was used.
    func explanation(of visit: PasswordHistory.Visit, after visits: [PasswordHistory.Visit]) -> Explanation {
        guard let point = visit.town, !towns.isEmpty else { return .unknown }
        func isToday(_ time: Timestamp) -> Bool { visit.time.isWithin(AlarmRules.day, of: time) }
        let here = towns.filter { $0.point.isNear(point) }
        func isTold(_ town: Town) -> Bool {
            town.told.map { visit.time.isWithin(AlarmRules.history, of: $0) } ?? false
        }
        let isNear =
            here.contains { isToday($0.time) && !isTold($0) }
            || visits.contains { isToday($0.time) && ($0.town?.isNear(point) ?? false) }
        if isNear { return .near }
        // Where nobody was in a town today, nobody would be missed there.
        guard !here.contains(where: isTold), towns.contains(where: { isToday($0.time) }),
            lasting(at: visit.time).count < Self.mostArrivals
        else { return .none }
        let isReached = towns.allSatisfy { town in
            let distance = point.leastDistance(to: town.point)
            let hours = visit.time.hours(from: town.time)
            return hours >= AlarmRules.leastJourney && distance <= hours * AlarmRules.journeySpeed
        }
        return isReached ? .journey : .none
    }

    /// Arrivals where the account was used lately.
    private func lasting(at time: Timestamp) -> [Arrival] {
        arrivals.filter { time.isWithin(AlarmRules.history, of: $0.visit.time) }
    }

    /// Notes the end of a journey.
    mutating func arrive(_ arrival: Arrival) {
        arrivals = lasting(at: arrival.visit.time).suffix(Self.mostArrivals - 1) + [arrival]
    }

    /// Learns from a login; returns the arrivals that it shows to be none, which are forgotten then, and how far it is from there
    /// at least, in kilometres.
    ///
    /// - Parameter isTold: Whether it raised an alarm.
    mutating func note(
        _ visit: PasswordHistory.Visit, of passwordID: Int64?, isTold: Bool
    ) -> [(arrival: Arrival, distance: Double)] {
        var disproved: [(arrival: Arrival, distance: Double)] = []
        arrivals = lasting(at: visit.time).compactMap { arrival in
            var arrival = arrival
            guard let distance = distance(of: visit, from: &arrival, passwordID) else { return arrival }
            disproved.append((arrival, distance))
            return nil
        }
        for (arrival, _) in disproved {
            guard let end = arrival.visit.town else { continue }
            for index in towns.indices where towns[index].point.isNear(end) { towns[index].told = visit.time }
        }
        guard let point = visit.town else { return disproved }
        let told = towns.filter { $0.point.isNear(point) }.compactMap(\.told).max()
        towns.removeAll { $0.point.isNear(point) }
        if towns.count >= Self.mostTowns { towns.removeFirst() }
        towns.append(Town(point: point, time: visit.time, told: isTold ? visit.time : told))
        return disproved
    }

    /// How far a login is from where the account has arrived, or from where it was meanwhile, if nobody gets there.
    private func distance(
        of visit: PasswordHistory.Visit, from arrival: inout Arrival, _ passwordID: Int64?
    ) -> Double? {
        guard let point = visit.point, let end = arrival.visit.town else { return nil }
        var other = Town(point: end, time: arrival.visit.time)
        if arrival.visit.isSame(as: visit) {
            if passwordID == arrival.passwordID, visit.town != nil {
                arrival.visit = visit
            } else {
                arrival.visit.time = visit.time
            }
            // There again, it is the last other town that counts.
            guard let last = towns.last(where: { !$0.point.isNear(end) }) else { return nil }
            other = last
        } else if point.radius >= AlarmRules.gatewayRadius {
            // A telephone comes through its gateway from wherever in the country it is.
            guard let country = visit.country, let there = arrival.visit.country, country != there else { return nil }
        }
        let distance = point.leastDistance(to: other.point)
        guard distance > AlarmRules.journeyDistance,
            distance > visit.time.hours(from: other.time) * AlarmRules.greatestSpeed
        else { return nil }
        return distance
    }
}

extension PasswordHistory.Visit {
    /// Where it is, if that is known as closely as a town.
    fileprivate var town: ObservedLogin.Point? { point.flatMap { $0.radius <= AlarmRules.townRadius ? $0 : nil } }

    /// Whether another is of the same network, or of another one of the same AS in the same town: IPv6 beside IPv4, say.
    fileprivate func isSame(as other: Self) -> Bool {
        if network == other.network { return true }
        guard let asNumber, asNumber == other.asNumber, let point, let there = other.point else { return false }
        return point.isNear(there)
    }
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
