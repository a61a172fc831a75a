import AppPasswordCore
import AuditCore
import Testing

/// What is said of a row that is of no use.
struct AppPasswordFindingTests {
    private func kinds(
        _ uid: String = "dave", account: AccountAnswer? = nil, hash: String? = nil,
        created: StoredTime = .time(.init(milliseconds: 0)),
        deleted: StoredTime = .none, isUsed: Bool = true, limits: [String: String] = [:]
    ) -> [AppPasswordFinding.Kind] {
        let columns = StoredLimits.columnNames.map { limits[$0] }
        return AppPasswordRow(
            id: 7, uid: uid, storedHash: "x", created: created, deleted: deleted,
            lastUse: isUsed ? .time(now.advanced(by: .seconds(-3600))) : .none,
            limits: limits.isEmpty ? nil : StoredLimits(columns: columns, now: nil, lastUse: nil)
        )
        .findings(account: account, hashTrouble: hash, at: now).map(\.kind).filter { $0 != .unlimited }
    }

    private let now = Timestamp(milliseconds: 1_795_454_141_000)

    @Test(arguments: [
        (["expires": "2026-12-07 17:15:41"], [AppPasswordFinding.Kind.ending]),
        (["expires": "2026-12-07 17:15:42"], []),
        (["expires": "2026-11-23 17:15:41"], [.ended]), (["expires": "2026-11-23 17:15:42"], [.ending]),
        (["unused_days": "36500"], []), (["unused_days": "1"], [.ended]), (["expires": "soon"], [.limits]),
        (["services": ""], [.limits]), (["services": "imap"], []),
    ])
    func `an end that is near, one that has come, and limits that cannot be read are told`(
        limits: [String: String], expected: [AppPasswordFinding.Kind]
    ) {
        #expect(kinds(limits: limits) == expected)
        #expect(kinds(deleted: .time(now), limits: limits) == [])
    }

    @Test func `a password without limits, and one that was not used for 90 days, are told`() {
        func kinds(_ days: Int64, _ limits: StoredLimits? = nil) -> [AppPasswordFinding.Kind] {
            let used = Timestamp(milliseconds: now.milliseconds - days * 86_400_000)
            return AppPasswordRow(
                id: 7, uid: "dave", storedHash: "x", created: .none, deleted: .none, lastUse: .time(used),
                limits: limits
            ).findings(account: nil, hashTrouble: nil, at: now).map(\.kind)
        }
        var limits = Limits()
        #expect(kinds(89) == [.unlimited])
        #expect(kinds(90) == [.idle, .unlimited])
        #expect(
            kinds(1, StoredLimits(columns: StoredLimits.columns(of: limits), now: nil, lastUse: nil)) == [.unlimited])
        limits.services = ["imap"]
        #expect(kinds(1, StoredLimits(columns: StoredLimits.columns(of: limits), now: nil, lastUse: nil)) == [])
    }

    @Test func `a row that is well has no finding`() {
        #expect(kinds() == [])
        #expect(kinds(account: .found(Account(uid: "dave"))) == [])
        #expect(kinds("müller") == [])
        #expect(kinds(created: .none) == [])
    }

    @Test(arguments: ["", " dave", "dave ", "da\u{1}ve", "dave\n", "\u{A0}dave", "da\u{0}ve", "\u{85}"])
    func `names that never log in are unreachable, with a directory and without`(uid: String) {
        #expect(kinds(uid) == [.unreachable])
        #expect(kinds(uid, account: .found(Account(uid: uid))) == [.unreachable])
    }

    @Test func `the directory says who can be reached`() {
        #expect(kinds(account: .notFound) == [.unreachable])
        #expect(kinds(account: .ambiguous) == [.unreachable])
        #expect(kinds("Dave", account: .found(Account(uid: "dave"))) == [.spelling])
        #expect(kinds("mu\u{308}ller", account: .found(Account(uid: "müller"))) == [.spelling])
        #expect(kinds("Dave", account: .found(Account(uid: "Dave"))) == [])
    }

    @Test(arguments: [("Dave", true), ("DAVE", true), ("dave", false), ("ÄRGER", true), ("Ä", false)])
    func `without a directory capitals are told, as Dovecot makes names lower case`(uid: String, isTold: Bool) {
        #expect(kinds(uid) == (isTold ? [.spelling] : []))
    }

    @Test func `hashes, times and uses are told, all of them`() {
        #expect(kinds(hash: "unknown scheme", created: .unreadable, isUsed: false) == [.hash, .date, .unused])
    }

    @Test func `of a revoked row only its times are told`() {
        #expect(kinds(" Dave", hash: "malformed", deleted: .time(.init(milliseconds: 1)), isUsed: false) == [])
        #expect(kinds(account: .notFound, deleted: .unreadable, isUsed: false) == [.date])
    }

    @Test func `a time is none, a time, or unreadable`() {
        #expect(StoredTime(isNull: true, text: nil) == .none)
        #expect(StoredTime(isNull: false, text: "1970-01-01 00:00:01") == .time(Timestamp(milliseconds: 1000)))
        for text in ["0000-00-00 00:00:00", "1732000000", "", "yesterday", nil] {
            let time = StoredTime(isNull: false, text: text)
            #expect(time == .unreadable)
            #expect(time.timestamp == Timestamp(milliseconds: 0))
        }
        #expect(StoredTime.none.timestamp == nil)
    }
}
