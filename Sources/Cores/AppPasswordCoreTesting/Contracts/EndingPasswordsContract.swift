package import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every store promises of app passwords that end: they are found, and each announcement is noted once.
package struct EndingPasswordsContract<
    Store: AppPasswordStore & AppPasswordAdministration & LoginLog & EndingPasswords
>: Sendable {
    private let make: @Sendable () async throws -> Store

    /// Prepares a run.
    ///
    /// - Parameter make: Makes what is held to the contract; it may hold rows already, and keeps those that are made here.
    package init(make: @escaping @Sendable () async throws -> Store) { self.make = make }

    /// Runs every check.
    ///
    /// - Throws: ``AuditCoreTesting/ContractViolation``, or the store's own ``BackendError``.
    package func run() async throws {
        let store = try await make()
        let uid = "contract-\(UInt64.random(in: 0 ... .max))"
        let start = Timestamp(milliseconds: 1_763_918_141_000)
        var limits = Limits()
        (limits.services, limits.binding) = (["smtp"], .asn)
        let free = try await store.add(uid: uid, storedHash: "{CRYPT}$6$free", comment: nil, created: start)
        let id = try await store.add(
            uid: uid, storedHash: "{CRYPT}$6$a", comment: nil, created: start, limits: limits)
        let use = LoginLogRow(passwordID: id, service: "imap", sourceAddress: "192.0.2.1", time: start)
        try await store.insert([use], mayBeThere: false)

        func ending() async throws -> EndingPassword? {
            try await store.endingPasswords(after: id - 1, limit: 1).first { $0.id == id }
        }
        try ContractViolation.unless(try await ending(), is: nil, "what has no end does not end")
        limits = Limits()
        limits.unusedDays = 60
        _ = try await store.limit(id: id, limits)
        let found = try await ending()
        let row = try await store.passwords(of: found?.uid ?? "").first { $0.id == id }
        try ContractViolation.unless(found?.limits.columns, is: row?.limits?.columns, "it comes with its limits")
        try ContractViolation.unless(found?.limits.lastUse, is: row?.limits?.lastUse, "and its last use")
        try ContractViolation.unless(found?.created, is: row?.created, "and since when it is there")
        try ContractViolation.unless(found?.limits.now == nil, is: false, "with the database's time")
        try ContractViolation.unless(found?.announced, is: nil, "nothing is noted at first")
        let soon = (found?.limits.now ?? Timestamp(milliseconds: 0)).advanced(by: .seconds(86_400))
        (limits.unusedDays, limits.expires) = (nil, soon)
        _ = try await store.limit(id: id, limits)
        try ContractViolation.unless(try await ending()?.limits.read().expires, is: soon, "a near end is found")
        for (mark, old, isFirst) in [
            ("one", nil, true), ("one", nil, false), ("two", "one", true), ("three", "one", false),
        ] as [(String, String?, Bool)] {
            try ContractViolation.unless(
                try await store.noteAnnouncement(mark, of: id, after: old), is: isFirst, "of two that announce one does"
            )
        }
        try ContractViolation.unless(try await ending()?.announced, is: "two", "what was noted comes back")
        limits.note = "changed"
        _ = try await store.limit(id: id, limits)
        try ContractViolation.unless(try await ending()?.announced, is: "two", "whatever else changes")
        limits.unusedDays = 7
        _ = try await store.limit(id: id, limits)
        try ContractViolation.unless(
            try await ending()?.announced, is: nil, "it is forgotten with the end it was about")
        _ = try await store.noteAnnouncement("three", of: id, after: nil)
        _ = try await store.limit(id: id, limits, afresh: true)
        try ContractViolation.unless(try await ending()?.announced, is: nil, "and afresh")
        try ContractViolation.unless(
            try await store.noteAnnouncement("one", of: free, after: nil), is: false,
            "what has no limits ends at no time")
        try ContractViolation.unless(
            try await store.endingPasswords(after: id, limit: 10).contains { $0.id == free }, is: false,
            "nor is it found")
        try ContractViolation.unless(
            try await store.endingPasswords(after: id - 1, limit: 0).isEmpty, is: true, "no more than are wanted")
    }
}
