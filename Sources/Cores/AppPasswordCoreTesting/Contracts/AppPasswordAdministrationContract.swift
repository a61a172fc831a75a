public import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every ``AppPasswordAdministration`` promises.
public struct AppPasswordAdministrationContract<Store: AppPasswordAdministration & LoginLog>: Sendable {
    private let make: @Sendable () async throws -> Store

    /// Prepares a run.
    ///
    /// - Parameter make: Makes what is held to the contract; it may hold rows already, and keeps those that are made here.
    public init(make: @escaping @Sendable () async throws -> Store) { self.make = make }

    /// Runs every check.
    ///
    /// - Throws: ``AuditCoreTesting/ContractViolation``, or the store's own ``BackendError``.
    public func run() async throws {
        let store = try await make()
        let uid = "contract-\(UInt64.random(in: 0 ... .max))"
        let start = Timestamp(milliseconds: 1_763_918_141_000)
        let later = start.advanced(by: .seconds(3600))
        let phone = try await store.add(uid: uid, storedHash: "{CRYPT}$6$a", comment: "phone", created: start)
        let desk = try await store.add(uid: uid, storedHash: "{CRYPT}$6$b", comment: nil, created: later)
        try ContractViolation.unless(phone == desk, is: false, "each row has its own id")

        var summaries = [
            AppPasswordSummary(id: desk, uid: uid, comment: nil, created: later, deleted: nil, lastUsed: nil),
            AppPasswordSummary(id: phone, uid: uid, comment: "phone", created: start, deleted: nil, lastUsed: nil),
        ]
        try ContractViolation.unless(try await store.list(uid: uid), is: summaries, "rows are listed newest first")
        try ContractViolation.unless(try await store.list(uid: uid + "x"), is: [], "an unknown name has none")

        let uses = (0..<5).map {
            LoginLogRow(
                passwordID: phone, service: "imap", sourceAddress: "192.0.2.\($0)", sourceName: "a.example.org",
                sourceLocation: "Dresden, SN, Germany", sourceISP: "DFN",
                time: Timestamp(milliseconds: later.milliseconds + $0))
        }
        try await store.insert([uses[1], uses[4], uses[0], uses[3], uses[2]], mayBeThere: false)
        summaries[1].lastUsed = uses[4]
        try ContractViolation.unless(try await store.list(uid: uid), is: summaries, "the last use is the newest row")
        try ContractViolation.unless(
            try await store.history(id: phone, limit: 2, offset: 1), is: [uses[3], uses[2]], "history is paged")
        try ContractViolation.unless(
            try await store.history(id: desk, limit: 10, offset: 0), is: [], "an unused password has no history")

        var refused = uses[4]
        (refused.time, refused.refusal) = (later.advanced(by: .seconds(30)), "denied")
        try await store.insert([refused], mayBeThere: false)
        refused.passwordID = desk
        try await store.insert([refused], mayBeThere: false)
        try ContractViolation.unless(
            try await store.list(uid: uid), is: summaries, "a login that was refused is no use")

        try ContractViolation.unless(try await store.rename(id: phone, comment: "ü'\"\\"), is: true, "a row is renamed")
        try ContractViolation.unless(
            try await store.rename(id: phone, comment: "ü'\"\\"), is: true, "the same comment again is no missing row")
        summaries[1].comment = "ü'\"\\"
        try ContractViolation.unless(try await store.list(uid: uid), is: summaries, "the comment is there")

        let revoked = later.advanced(by: .seconds(60))
        try ContractViolation.unless(
            try await store.revoke(id: phone, hard: false, at: revoked), is: true, "a row is revoked")
        try ContractViolation.unless(
            try await store.revoke(id: phone, hard: false, at: later), is: false, "but once")
        summaries[1].deleted = revoked
        try ContractViolation.unless(try await store.list(uid: uid), is: summaries, "it says when")

        let expected = [
            AppPasswordRow(
                id: phone, uid: uid, storedHash: "{CRYPT}$6$a", created: .time(start), deleted: .time(revoked),
                lastUse: .time(uses[4].time)),
            AppPasswordRow(
                id: desk, uid: uid, storedHash: "{CRYPT}$6$b", created: .time(later), deleted: .none, lastUse: .none),
        ]
        let first = try await store.rows(after: min(phone, desk) - 1, limit: 1)
        let others = try await store.rows(after: min(phone, desk), limit: 1000)
        try ContractViolation.unless(
            (first + others).filter { $0.password.uid == uid }, is: expected.sorted { $0.password.id < $1.password.id },
            "rows are gone through by their ids")
        try ContractViolation.unless(first.count, is: 1, "no more than were asked for")
        try ContractViolation.unless(
            try await store.rows(after: max(phone, desk), limit: 1000).contains { $0.password.uid == uid }, is: false,
            "each once")

        try ContractViolation.unless(
            try await store.revoke(id: phone, hard: true, at: revoked), is: true, "a revoked row can be removed")
        try ContractViolation.unless(
            try await store.history(id: phone, limit: 10, offset: 0) == nil, is: true, "with its log rows")
        try ContractViolation.unless(try await store.list(uid: uid), is: [summaries[0]], "the others stay")
        for isHard in [true, false] {
            try ContractViolation.unless(
                try await store.revoke(id: phone, hard: isHard, at: revoked), is: false, "there is no such row any more"
            )
        }
        try ContractViolation.unless(try await store.rename(id: phone, comment: nil), is: false, "nor to rename")
    }
}
