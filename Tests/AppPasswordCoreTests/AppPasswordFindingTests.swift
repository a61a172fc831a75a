import AppPasswordCore
import AuditCore
import Testing

/// What is said of a row that is of no use.
struct AppPasswordFindingTests {
    private func kinds(
        _ uid: String = "dave", account: AccountAnswer? = nil, hash: String? = nil,
        created: StoredTime = .time(.init(milliseconds: 0)),
        deleted: StoredTime = .none, isUsed: Bool = true
    ) -> [AppPasswordFinding.Kind] {
        AppPasswordRow(id: 7, uid: uid, storedHash: "x", created: created, deleted: deleted, isUsed: isUsed)
            .findings(account: account, hashTrouble: hash).map(\.kind)
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
