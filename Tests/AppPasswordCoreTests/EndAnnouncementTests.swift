import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Locks
import Testing

/// What is said before an app password ends.
struct EndAnnouncementTests {
    private static let day: Int64 = 86_400_000
    private func day(_ days: Double) -> Timestamp { Timestamp(milliseconds: Int64(days * Double(Self.day))) }

    private func stage(_ limits: Limits, at now: Double, used: Double? = nil, made: Double? = 0) -> String? {
        limits.announcement(
            LimitTimes(now: day(now), lastUse: used.map(day), created: made.map(day))
        ).map { "\($0.limit.rawValue) \($0.stage.rawValue)" }
    }

    @Test(
        arguments: [
            (90.0, 75.999, nil), (90, 76, "14d"), (90, 80, "14d"), (90, 86.999, "14d"), (90, 87, "3d"),
            (90, 89.999, "3d"),
            (90, 90, nil), (90, 91, nil), (14.5, 0.4, nil), (14.5, 0.5, "14d"), (14, 0, nil), (14, 6.9, nil),
            (14, 7, "half"),
            (14, 13.9, "half"), (14, 14, nil), (4, 1.9, nil), (4, 2, "half"), (1, 0.4, nil), (1, 0.5, "half"),
            (0.25, 0.12, nil), (0.25, 0.13, "half"), (0, 0, nil),
        ] as [(Double, Double, String?)])
    func `an end is announced 14 and 3 days before, one that comes sooner at its half`(
        end: Double, now: Double, expected: String?
    ) {
        var limits = Limits()
        limits.expires = day(end)
        #expect(stage(limits, at: now) == expected.map { "expires \($0)" })
        // Set later than the password was made, it counts from then.
        limits.setAt = day(10)
        limits.expires = day(end + 10)
        #expect(stage(limits, at: now + 10) == expected.map { "expires \($0)" })
        // The same end for not being used.
        guard end.rounded() == end, end > 0 else { return }
        limits.expires = nil
        limits.unusedDays = Int(end)
        #expect(stage(limits, at: now + 10) == expected.map { "unused_days \($0)" })
        #expect(stage(limits, at: now + 20, used: 20) == expected.map { "unused_days \($0)" })
        limits.expires = day(500)
        #expect(
            stage(limits, at: now + 20, used: 20) == expected.map { "unused_days \($0)" }, "what comes first counts")
    }

    @Test func `days without a use that begin with the password's time are announced from then`() {
        var limits = Limits()
        (limits.unusedDays, limits.notBefore) = (30, day(60))
        #expect(stage(limits, at: 29) == nil && stage(limits, at: 61) == nil && stage(limits, at: 75) == nil)
        #expect(stage(limits, at: 76) == "unused_days 14d")
        limits.unusedDays = 10
        #expect(stage(limits, at: 64) == nil && stage(limits, at: 65) == "unused_days half")
    }

    @Test func `what has no end is not announced, and a beginning that is not known makes no half`() {
        var limits = Limits()
        #expect(stage(limits, at: 1) == nil)
        limits.services = ["imap"]
        #expect(stage(limits, at: 1) == nil)
        limits.expires = day(10)
        #expect(stage(limits, at: 0.5, made: nil) == "expires 14d")
        #expect(stage(limits, at: 7, made: nil) == "expires 3d")
    }

    private func announce(_ store: some EndingPasswords) async throws -> [PasswordEnding] {
        let said = Said()
        let count = try await EndAnnouncer(store) { said.add($0) }.lookAround()
        #expect(said.all.count == count)
        return said.all
    }

    private final class Said: Sendable {
        private let endings = Mutex<[PasswordEnding]>([])
        var all: [PasswordEnding] { endings.withLock { $0 } }
        func add(_ ending: PasswordEnding) { endings.withLock { $0.append(ending) } }
    }

    @Test func `each end is announced once, anew when it is put off, and never of what is revoked`() async throws {
        let store = InMemoryAppPasswordStore()
        var limits = Limits()
        (limits.expires, limits.setAt) = (day(90), day(0))
        let id = try await store.add(
            uid: "alice", storedHash: "{PLAIN}a", comment: "scanner", created: day(0), limits: limits)
        let other = try await store.add(
            uid: "bob", storedHash: "{PLAIN}b", comment: nil, created: day(0), limits: limits)
        _ = try await store.add(uid: "carol", storedHash: "{PLAIN}c", comment: nil, created: day(0))
        #expect(try await announce(store).isEmpty)
        store.now = day(77)
        let expected = [id, other].map {
            PasswordEnding(
                time: day(77), user: $0 == id ? "alice" : "bob", passwordID: $0, comment: $0 == id ? "scanner" : nil,
                end: day(90), limit: "expires")
        }
        #expect(try await announce(store) == expected)
        #expect(try await announce(store).isEmpty, "once")
        limits.note = "as before"
        _ = try await store.limit(id: id, limits)
        #expect(try await announce(store).isEmpty, "whatever else changes")
        _ = try await store.revoke(id: other, hard: false, at: day(78))
        store.now = day(88)
        #expect(try await announce(store).map(\.passwordID) == [id])
        #expect(try await announce(store).isEmpty)
        limits.expires = day(200)
        _ = try await store.limit(id: id, limits)
        #expect(try await announce(store).isEmpty)
        store.now = day(190)
        #expect(try await announce(store).map(\.end) == [day(200)], "another end is another announcement")
        store.now = day(201)
        #expect(try await announce(store).isEmpty, "too late is too late: the login is told")
    }

    @Test func `servers that share a database announce each end once between them, page by page`() async throws {
        let store = InMemoryAppPasswordStore()
        store.now = day(80)
        var limits = Limits()
        (limits.expires, limits.setAt) = (day(90), day(0))
        for number in 0..<450 {
            _ = try await store.add(
                uid: "user\(number)", storedHash: "{PLAIN}x", comment: nil, created: day(0), limits: limits)
        }
        let said = Said()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await EndAnnouncer(store) { said.add($0) }.lookAround() } }
            try await group.waitForAll()
        }
        #expect(said.all.count == 450)
        #expect(Set(said.all.map(\.passwordID)).count == 450)
    }

    @Test func `limits that cannot be read are passed over, and trouble of the database is told`() async throws {
        struct Rows: EndingPasswords {
            let rows: [EndingPassword]
            var mayNote = true
            func endingPasswords(after id: Int64, limit: Int) async throws(BackendError) -> [EndingPassword] { rows }
            func noteAnnouncement(_ mark: String, of id: Int64, after old: String?) async throws(BackendError) -> Bool {
                guard mayNote else { throw BackendError("database", .refused, detail: "no right") }
                return true
            }
        }
        func row(_ id: Int64, _ expires: String) -> EndingPassword {
            EndingPassword(
                id: id, uid: "alice", comment: nil, created: nil,
                limits: StoredLimits(
                    columns: StoredLimits.columnNames.map { $0 == "expires" ? expires : nil }, now: day(0), lastUse: nil
                ),
                announced: nil)
        }
        let rows = [row(1, "nonsense"), row(2, "1970-01-02 00:00:00")]
        #expect(try await announce(Rows(rows: rows)).map(\.passwordID) == [2])
        await #expect(throws: BackendError.self) { try await announce(Rows(rows: rows, mayNote: false)) }
    }

    @Test func `the record says whose password ends, and when, and no name can forge a line`() {
        let ending = PasswordEnding(
            time: day(1), user: "al>ice\n", passwordID: 17, comment: "scan<ner", end: day(2), limit: "expires")
        #expect(ending.message.hasPrefix("app password ends: user=<"))
        #expect(!ending.message.contains("\n") && !ending.message.contains("al>ice"))
        let line = AuditEntry.passwordEnding(ending).jsonLine
        #expect(line.contains(#""event":"ending""#) && line.contains(#""password":17"#))
        #expect(line.contains(#""ends":"1970-01-03T00:00:00.000Z""#) && line.contains(#""limit":"expires""#))
        #expect(AuditEntry.passwordEnding(ending).identifier == "mail-auth" && ending.priority == 5)
    }
}
