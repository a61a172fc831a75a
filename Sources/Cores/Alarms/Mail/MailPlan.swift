package import AuditCore

/// Says which mails are written, and when: one a user a day and one of each suspension, a digest of what came beyond, and
/// none any more in a storm, but one that says so and one that sums it up. Ends that are near have mails of their own, which
/// wait where there are many.
package struct MailPlan: Sendable {
    /// A mail that is due.
    package enum Mail: Sendable, Equatable {
        /// Of one alarm.
        case alarm(AlarmRecord)
        /// Of an app password that ends.
        case ending(PasswordEnding)
        /// Of a user's alarms since his last mail: those that are kept, and how many more there were.
        case digest(user: String, [AlarmRecord], more: Int)
        /// So many mails went out within an hour that none goes out until a time.
        case stormBegins(mails: Int, until: Timestamp)
        /// What came meanwhile: how many alarms of each kind, of how many users at least.
        case stormEnds(since: Timestamp, counts: [AlarmKind: Int], users: Int)
    }

    private struct User {
        var last: Timestamp
        var kept: [AlarmRecord] = []
        var more = 0
    }

    private struct Storm {
        var since: Timestamp
        var until: Timestamp
        var counts: [AlarmKind: Int] = [:]
        var users: Set<String> = []
    }

    /// So many mails of ends an hour, whoever they are for; they are announced days ahead, so the others wait.
    package static let mostEndings = 60
    /// How many of these wait; one more is in the audit trail alone.
    package static let waitingEndings = 1000
    /// So many mails an hour, whoever they are for.
    package static let mostMails = 20
    /// How many alarms of a user a digest shows.
    package static let mostKept = 20
    /// How many users are told apart; beyond that whoever had no mail for the longest time may get one too many.
    package static let mostUsers = 4096
    private static let day = Duration.seconds(86_400)
    private static let hour = Duration.seconds(3600)

    /// By the digests of their names in lower case.
    private var users: [UInt64: User] = [:]
    var sent: [Timestamp] = []
    private var storm: Storm?
    private var endings: [PasswordEnding] = []
    private var sentEndings: [Timestamp] = []

    /// Nobody has had a mail yet.
    package init() {}

    /// Takes an alarm, and returns the mails that are due now.
    package mutating func take(_ alarm: AlarmRecord, at now: Timestamp) -> [Mail] {
        var mails = due(at: now)
        if storm != nil {
            count(alarm)
            return mails
        }
        let name = Digest.of(alarm.user.lowercased())
        let user = users[name].flatMap { now < $0.last.advanced(by: Self.day) ? $0 : nil }
        // Who cannot log in any more is not to wait a day to hear why.
        if var user, alarm.action != .suspend {
            if user.kept.count < Self.mostKept { user.kept.append(alarm) } else { user.more += 1 }
            users[name] = user
            return mails
        }
        guard let begins = goesOut(at: now) else {
            if user == nil {
                makeRoom()
                users[name] = User(last: now)
            }
            mails.append(.alarm(alarm))
            return mails
        }
        count(alarm)
        mails.append(begins)
        return mails
    }

    /// Takes an end that is near, and returns the mails that are due now.
    package mutating func take(_ ending: PasswordEnding, at now: Timestamp) -> [Mail] {
        if endings.count < Self.waitingEndings { endings.append(ending) }
        return due(at: now)
    }

    /// The mails of ends and the digests that are due, and what a storm came to that is over.
    package mutating func due(at now: Timestamp) -> [Mail] {
        heedClock(now)
        var mails = dueEndings(at: now)
        if let over = storm, now >= over.until {
            storm = nil
            sent = [now]
            mails.append(.stormEnds(since: over.since, counts: over.counts, users: over.users.count))
        }
        guard storm == nil else { return mails }
        let ready = users.filter { !$0.value.kept.isEmpty && now >= $0.value.last.advanced(by: Self.day) }
        for (name, user) in ready.sorted(by: { $0.value.last < $1.value.last }) {
            guard let last = user.kept.last else { continue }
            if let begins = goesOut(at: now) {
                mails.append(begins)
                break
            }
            users[name] = User(last: now)
            mails.append(.digest(user: last.user, user.kept, more: user.more))
        }
        return mails
    }

    /// A clock that was set back does not silence it: nothing was later than now, and no storm lasts longer than one that begins.
    private mutating func heedClock(_ now: Timestamp) {
        for (name, user) in users where user.last > now { users[name]?.last = now }
        guard let until = storm?.until, until > now.advanced(by: Self.hour) else { return }
        storm?.since = now
        storm?.until = now.advanced(by: Self.hour)
    }

    private mutating func dueEndings(at now: Timestamp) -> [Mail] {
        sentEndings.removeAll { now >= $0.advanced(by: Self.hour) || $0 > now.advanced(by: Self.hour) }
        let count = min(endings.count, Self.mostEndings - sentEndings.count)
        guard count > 0 else { return [] }
        defer { endings.removeFirst(count) }
        sentEndings += repeatElement(now, count: count)
        return endings.prefix(count).map { .ending($0) }
    }

    /// When each user had a mail last.
    var lastMails: [UInt64: Timestamp] { users.mapValues(\.last) }

    /// Notes that a user had a mail in an earlier process.
    mutating func had(_ name: UInt64, at time: Timestamp) throws(MemoryFault) {
        guard users.count < Self.mostUsers, users[name] == nil else { throw MemoryFault() }
        users[name] = User(last: time)
    }

    /// Counts a mail, unless it is one too many: then a storm begins.
    private mutating func goesOut(at now: Timestamp) -> Mail? {
        sent.removeAll { now >= $0.advanced(by: Self.hour) || $0 > now.advanced(by: Self.hour) }
        guard sent.count >= Self.mostMails else {
            sent.append(now)
            return nil
        }
        let until = now.advanced(by: Self.hour)
        storm = Storm(since: now, until: until)
        return .stormBegins(mails: sent.count, until: until)
    }

    private mutating func count(_ alarm: AlarmRecord) {
        storm?.counts[alarm.kind, default: 0] += 1
        if let size = storm?.users.count, size < Self.mostUsers { storm?.users.insert(alarm.user.lowercased()) }
    }

    private mutating func makeRoom() {
        guard users.count >= Self.mostUsers else { return }
        // Half of them at once, so that not each one costs a search.
        let old = users.sorted { $0.value.last < $1.value.last }.prefix(Self.mostUsers / 2)
        for (name, _) in old { users[name] = nil }
    }
}
