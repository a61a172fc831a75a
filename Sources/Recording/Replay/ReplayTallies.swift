internal import AuditCore
internal import Report

/// What is counted while records are judged; bounded, whatever the records say.
struct ReplayTallies: Sendable {
    /// The last login that was decided otherwise, and by which line.
    struct Last: Sendable {
        var login: LastLogin
        /// The line, or what else decided: of a new refusal the candidate's, of a login let in the one in force then.
        var rule: String?
        var isHoneypot: Bool
    }

    /// What became of a login, or would, without the candidate.
    struct Before: Sendable {
        var isRefused: Bool
        /// The line that decided, or what else.
        var rule: String?
    }

    /// A line of a list: lists may share a file.
    struct LineKey: Hashable, Sendable {
        /// nil for what is no list: a disabled service.
        var list: ListKey?
        var rule: RuleReference
    }

    /// An app password of a user.
    struct PasswordKey: Hashable, Comparable, Sendable {
        var user: String
        var id: Int

        static func < (one: Self, other: Self) -> Bool { (one.user, one.id) < (other.user, other.id) }
    }

    /// Logins that would be decided otherwise, in one direction.
    struct Change: Sendable {
        var logins = 0
        var users: TopTable<String, Last>
        var passwords: TopTable<PasswordKey, Last>

        init(bound: Int) {
            users = TopTable(bound: bound)
            passwords = TopTable(bound: bound)
        }

        mutating func add(_ record: ReportRecord, _ rule: String?) {
            logins += 1
            let login = LastLogin(time: record.time, address: record.address)
            let last = Last(login: login, rule: rule, isHoneypot: record.isHoneypot)
            users.add(record.user, at: record.time, note: last)
            guard let id = record.passwordID else { return }
            passwords.add(PasswordKey(user: record.user, id: id), at: record.time, note: last)
        }
    }

    /// What met a line.
    struct Line: Sendable {
        var hits = 0
        /// How many of them of honeypots, which are no users.
        var honeypotHits = 0
        /// By their numbers.
        var users: Set<UInt32> = []
        var last: Timestamp

        mutating func add(_ time: Timestamp, isHoneypot: Bool, _ newUser: UInt32?) {
            hits += 1
            if isHoneypot { honeypotHits += 1 }
            last = max(last, time)
            if let newUser { users.insert(newUser) }
        }
    }

    var logins = 0
    var refused = 0
    var wouldDeny = 0
    var withoutFacts = 0
    var incomplete = 0
    var refusedOtherwise = 0
    var ofNobody = 0
    var first: Timestamp?
    var last: Timestamp?
    var newlyRefused: Change
    var newlyAllowed: Change
    var users: TopTable<String, Void>
    var lines: [LineKey: Line] = [:]
    /// Lines and users that had no room.
    var areLinesCut = false
    var timeline = Timeline()
    var places: TopTable<PlaceKey, (city: String?, country: String?)>
    private var numbers: [String: UInt32] = [:]
    private var pairs = 0
    private let bound: Int

    init(bound: Int) {
        self.bound = bound
        newlyRefused = Change(bound: bound)
        newlyAllowed = Change(bound: bound)
        users = TopTable(bound: bound * 2)
        places = TopTable(bound: 10_000)
    }

    /// Counts a login that no list had a say in.
    mutating func addRefusedOtherwise() { refusedOtherwise += 1 }

    /// Counts a login that was none: no passdb knew the user.
    mutating func addOfNobody() { ofNobody += 1 }

    /// Counts a login from nobody knows where.
    mutating func addUnreadable(_ record: ReportRecord) {
        count(record)
        withoutFacts += 1
    }

    /// Counts a judged login.
    mutating func add(_ record: ReportRecord, _ judgement: Judgement, _ before: Before, isComplete: Bool) {
        count(record)
        if !isComplete { incomplete += 1 }
        let denial = judgement.verdict.denial
        if denial?.rule == nil, !judgement.unknownLists.isEmpty { withoutFacts += 1 }
        // Of an exception, too.
        if let rule = judgement.rule { meet(LineKey(list: judgement.list, rule: rule), record) }
        let isRefused = !judgement.verdict.isAllowed
        if isRefused { refused += 1 } else if denial != nil { wouldDeny += 1 }
        if before.isRefused != isRefused {
            if isRefused {
                newlyRefused.add(record, denial?.rule?.description ?? judgement.verdict.matched)
            } else {
                newlyAllowed.add(record, before.rule)
            }
            if let location = record.location {
                places.add(
                    PlaceKey(location), isDenied: isRefused, at: record.time, note: (record.city, record.country?.name))
            }
        }
        timeline.add(record.time) { counts in
            if isRefused, !before.isRefused { counts.denied += 1 } else { counts.allowed += 1 }
        }
    }

    private mutating func count(_ record: ReportRecord) {
        logins += 1
        if !record.isHoneypot { users.add(record.user) }
        first = min(first ?? record.time, record.time)
        last = max(last ?? record.time, record.time)
    }

    private mutating func meet(_ rule: LineKey, _ record: ReportRecord) {
        guard lines[rule] != nil || lines.count < bound else { return areLinesCut = true }
        let number = record.isHoneypot ? nil : number(of: record.user)
        let isKnown = number.map { lines[rule]?.users.contains($0) ?? false } ?? true
        let hasRoom = pairs < bound * 20
        if number == nil && !record.isHoneypot || !isKnown && !hasRoom { areLinesCut = true }
        if !isKnown, hasRoom { pairs += 1 }
        lines[rule, default: Line(last: record.time)].add(
            record.time, isHoneypot: record.isHoneypot, isKnown || !hasRoom ? nil : number)
    }

    /// A number that stands for the user; nil if there are too many.
    private mutating func number(of user: String) -> UInt32? {
        if let number = numbers[user] { return number }
        guard numbers.count < bound * 2 else { return nil }
        let number = UInt32(numbers.count)
        numbers[user] = number
        return number
    }
}
