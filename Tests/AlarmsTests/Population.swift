import AuditCore
import AuditCoreTesting

@testable import Alarms

/// Users who read mail as people do, the same ones in every run: at home, at work, under way by telephone, on journeys, some with
/// one password for everything; and thieves among them.
///
/// | what | how often |
/// |---|---|
/// | passwords | 30 % have three (telephone, laptop, desktop), 60 % two, 10 % one for all devices |
/// | telephone | 8 times a day from home, or through one of 4 operators, whose addresses are those of 24 prefixes shared by all (CGNAT), with a radius of 200 to 500 km; one in 200 has an operator whose gateway MaxMind takes for a place of 20 km, far away |
/// | laptop, desktop | at home or at work, with 4 to 10 connections at once; half of the homes have IPv6, another /64 each day |
/// | other people's networks | 3 % of user-days, in the same town, nine of ten through a well-known provider, else one of the town's 14 small ones |
/// | by train | 1 % of user-days, in reach of telephone and the train's network |
/// | journeys at home | 6 % of users within 30 days, 3 days each, hotels of well-known providers and (15 %) small ones |
/// | journeys abroad | 2 % of users within 30 days with a laptop, or in a hotel's network, 7 days each, in 25 countries; 4 % with a telephone that roams through its operator at home alone |
/// | webmail | 30 % of user-days, from a quiet network |
struct Population {
    /// A login, small enough for millions.
    struct Event {
        var time: Int64
        var user: Int32
        var password: Int64
        var place: Int32
        /// What tells addresses of one place apart.
        var host: UInt32
    }

    struct User {
        var home: Int32
        var work: Int32
        var mobile: [Int32]
        var hasWork: Bool
        /// Telephone, laptop, desktop.
        var passwords: [Int64]
        var journey: Range<Int>?
        var hotel: Int32
        var foreignOperator: Int32?
        /// Whether the telephone comes through its operator at home alone.
        var roamsOnly = false
    }

    static let day: Int64 = 86_400_000
    static let start = Timestamp.at().milliseconds

    private(set) var places: [ObservedLogin] = []
    private(set) var users: [User] = []
    private var numbers: SeededLogins.Numbers
    private var cities: [ObservedLogin.Point] = []
    private var providers: [[Int32]] = []
    private var small: [Int32] = []
    private var train: Int32 = 0
    private var webmail: Int32 = 0
    private var gates: [[Int32]] = []
    private var nextPrefix: UInt32 = 0x0B00

    init(users count: Int, seed: UInt64) {
        numbers = SeededLogins.Numbers(seed)
        cities = (0..<30).map { _ in point(in: (47.5...54.5, 6.5...14.5), radius: 20) }
        providers = (0..<12).map { index in cities.map { place("DE", 65_000 + UInt32(index), $0) } }
        // One of each town in a row of 30.
        small = (0..<420).map { index in place("DE", 66_000 + UInt32(index), cities[index % 30]) }
        train = place("DE", 65_100, point(in: (50...52, 8...12), radius: 500))
        webmail = place("DE", 65_101, cities[0])
        gates = (0..<4).map { index in
            (0..<6).map { _ in
                place("DE", 65_200 + UInt32(index), point(in: (50...52, 9...11), radius: 200 + 50 * Double(pick(7))))
            }
        }
        let misplaced = (0..<3).map {
            place("DE", 65_204, point(in: (47.5...54.5, 6.5...14.5), radius: 20 + Double($0)))
        }
        let abroad = (0..<25).map { country in
            let name = "X" + String(UnicodeScalar(UInt8(65 + country)))
            let spot = point(in: (-35...60, -120...140), radius: 50)
            return (0..<3).map { place(name, 67_000 + UInt32(country * 3 + $0), spot) }
        }
        for index in 0..<count {
            let city = pick(30)
            let near = (city + pick(2)) % 30
            let base = Int64(index) * 3 + 1
            let kind = pick(10)
            var user = User(
                home: providers[weighted()][city], work: providers[pick(12)][city], mobile: gates[pick(4)],
                hasWork: pick(10) < 6,
                passwords: kind == 0
                    ? [base, base, base] : kind < 7 ? [base, base + 1, base + 1] : [base, base + 1, base + 2],
                journey: nil, hotel: 0)
            if pick(200) == 0 { user.mobile = misplaced }
            let chance = pick(1000)
            let first = pick(30)
            if chance < 60 {
                user.journey = first..<(first + 3)
                user.hotel = pick(100) < 15 ? small[pick(400)] : providers[weighted()][(near + 5) % 30]
            } else if chance < 80 {
                user.journey = first..<(first + 7)
                let country = abroad[pick(25)]
                user.hotel = country[pick(3)]
                user.foreignOperator = country[pick(3)]
            } else if chance < 120 {
                user.journey = first..<(first + 7)
                user.roamsOnly = true
            }
            users.append(user)
        }
    }

    /// The logins of a day, in the order of their times.
    mutating func events(day: Int) -> [Event] {
        var events: [Event] = []
        events.reserveCapacity(users.count * 24)
        for index in users.indices { live(index, day, &events) }
        return events.sorted { $0.time < $1.time }
    }

    func login(_ event: Event, end: LoginEnd = .allowed) -> ObservedLogin {
        var login = places[Int(event.place)]
        login.time = Timestamp(milliseconds: event.time)
        login.user = "user\(event.user)"
        login.passwordID = event.password
        login.end = end
        if let prefix = login.network {
            let base = UInt32(truncatingIfNeeded: prefix.address.bits)
            login.address = IPAddress(v4: base | event.host & 0xFFFF)
        }
        return login
    }

    /// The quiet network.
    var webmailNetwork: IPPrefix? { places[Int(webmail)].network }

    private mutating func live(_ index: Int, _ day: Int, _ events: inout [Event]) {
        let user = users[index]
        let isAway = user.journey?.contains(day) ?? false
        let base = Self.start + Int64(day) * Self.day
        func add(
            _ device: Int, _ hour: Double, _ place: Int32, _ host: UInt32, _ connections: Int, _ events: inout [Event]
        ) {
            for connection in 0..<connections {
                events.append(
                    Event(
                        time: base + Int64(hour * 3_600_000) + Int64(connection) * 700, user: Int32(index),
                        password: user.passwords[device], place: place, host: host))
            }
        }
        let homeHost = UInt32(index * 7 + day / 3) | 1
        let isByTrain = pick(100) == 0
        for slot in 0..<8 {
            let hour = 7 + Double(slot) * 2 + Double(pick(100)) / 60
            let place: Int32
            if isAway, user.roamsOnly {
                place = user.mobile[pick(user.mobile.count)]
            } else if isAway {
                let roams = user.foreignOperator != nil && pick(4) == 0
                place =
                    pick(2) == 0
                    ? (roams ? user.foreignOperator ?? user.hotel : user.mobile[pick(user.mobile.count)]) : user.hotel
            } else if isByTrain, pick(3) == 0 {
                place = train
            } else {
                place = pick(2) == 0 ? user.home : user.mobile[pick(user.mobile.count)]
            }
            add(0, hour, place, place == user.home ? homeHost : UInt32(pick(65_536)), 1, &events)
        }
        if isAway {
            if !user.roamsOnly, pick(2) == 0 {
                add(1, 20 + Double(pick(120)) / 60, user.hotel, 77, 4 + pick(7), &events)
            }
        } else {
            if user.hasWork { add(2, 8 + Double(pick(60)) / 60, user.work, UInt32(index), 4 + pick(7), &events) }
            if pick(10) < 7 { add(1, 18 + Double(pick(200)) / 60, user.home, homeHost, 4 + pick(7), &events) }
        }
        if !isAway, pick(100) < 3 {
            let place =
                pick(10) == 0 ? small[pick(14) * 30 + Int(user.home) % 30] : providers[weighted()][Int(user.home) % 30]
            add(pick(2), 12 + Double(pick(300)) / 60, place, UInt32(pick(65_536)), 1 + pick(4), &events)
        }
        if pick(10) < 3 { add(1, 9 + Double(pick(600)) / 60, webmail, 4, 2, &events) }
    }

    // MARK: - Numbers and places

    mutating func pick(_ bound: Int) -> Int { Int(numbers.next() % UInt64(bound)) }

    /// A provider: half of the people have one of the first three.
    private mutating func weighted() -> Int { pick(2) == 0 ? pick(3) : pick(12) }

    private mutating func point(
        in box: (ClosedRange<Double>, ClosedRange<Double>), radius: Double
    ) -> ObservedLogin.Point {
        let (north, east) = (Double(pick(10_000)) / 10_000, Double(pick(10_000)) / 10_000)
        return ObservedLogin.Point(
            latitude: box.0.lowerBound + north * (box.0.upperBound - box.0.lowerBound),
            longitude: box.1.lowerBound + east * (box.1.upperBound - box.1.lowerBound), radius: radius)
    }

    /// A network of its own: an announced /16.
    mutating func place(_ country: String, _ asNumber: UInt32, _ point: ObservedLogin.Point?) -> Int32 {
        nextPrefix += 1
        let address = IPAddress(v4: nextPrefix << 16)
        var login = ObservedLogin(
            time: .at(), user: "", passwordID: nil, service: "imap", address: address, end: .allowed)
        (login.country, login.asNumbers, login.asName) = (country, [asNumber], "AS \(asNumber)")
        (login.point, login.network) = (point, IPPrefix(address, length: 16))
        places.append(login)
        return Int32(places.count - 1)
    }

    /// A point so far from a user's home, still in the country.
    func farPoint(from user: Int) -> ObservedLogin.Point? {
        guard let home = places[Int(users[user].home)].point else { return nil }
        return cities.first { $0.leastDistance(to: home) > 350 }
    }
}
