package import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every store promises of passwords that have ended.
package struct EndedPasswordsContract<Store: AppPasswordStore & AppPasswordAdministration & EndedPasswords>: Sendable {
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
        let uid = "ended-\(UInt64.random(in: 0 ... .max))"
        let start = try await store.ended(since: nil, among: []).now
        var ids: [Int64] = []
        for number in 0..<6 {
            ids.append(
                try await store.add(uid: uid, storedHash: "{CRYPT}$6$\(number)", comment: nil, created: start))
        }
        func ended(since moment: Timestamp? = nil) async throws -> [EndedPassword] {
            try await store.ended(since: moment, among: []).ended.filter { ids.contains($0.id) }
        }
        func present() async throws -> Set<Int64> { try await store.ended(since: nil, among: ids).present }
        let before = try await store.counts()
        try ContractViolation.unless(try await ended(), is: [], "passwords that are in force have not ended")
        try ContractViolation.unless(try await present(), is: Set(ids), "and are there")
        try ContractViolation.unless(
            try await store.ended(since: nil, among: [ids[0]]).present, is: [ids[0]], "as far as one asks")

        _ = try await store.revoke(id: ids[0], hard: false, at: start)
        _ = try await store.revoke(id: ids[1], hard: true, at: start)
        _ = try await store.suspend(id: ids[2])
        var limits = Limits()
        limits.expires = start.advanced(by: .milliseconds(-1))
        _ = try await store.limit(id: ids[3], limits)
        limits.expires = start.advanced(by: .seconds(86_400))
        limits.notBefore = start.advanced(by: .seconds(80_000))
        _ = try await store.limit(id: ids[4], limits)
        limits.notBefore = nil
        limits.expires = start.advanced(by: .seconds(-7200))
        _ = try await store.limit(id: ids[5], limits)

        let found = try await ended()
        try ContractViolation.unless(
            found.map(\.id).sorted(), is: [ids[0], ids[2], ids[3]], "those that ended are found")
        for (id, reason) in [(ids[0], EndReason.revoked), (ids[2], .suspended), (ids[3], .expired)] {
            let one = found.first { $0.id == id }
            try ContractViolation.unless(one?.reason, is: reason, "with the reason")
            try ContractViolation.unless(one?.user, is: uid, "and whose they are")
        }
        try ContractViolation.unless(
            try await present(), is: Set(ids[2...]), "what is revoked or gone is not among those that are there")
        let later = start.advanced(by: .seconds(3))
        try ContractViolation.unless(
            try await ended(since: later).contains { $0.reason == .revoked || $0.reason == .expired }, is: false,
            "no earlier end is found than is asked for")
        let after = start.advanced(by: .seconds(7200))
        let asked = try await store.ended(since: after, among: ids).ended.filter { ids.contains($0.id) }
        try ContractViolation.unless(
            try await ended(since: after).map(\.id), is: [], "what ended hours before is not found by itself")
        for (id, reason) in [(ids[2], EndReason.suspended), (ids[3], .expired), (ids[5], .expired)] {
            let one = asked.first { $0.id == id }
            try ContractViolation.unless(one?.reason, is: reason, "but if it is asked about, with the reason")
            try ContractViolation.unless(one?.user, is: uid, "and whose it is")
        }
        try ContractViolation.unless(
            asked.contains { [ids[0], ids[1], ids[4]].contains($0.id) }, is: false,
            "what is revoked, gone or in force is not, though it is asked about")
        _ = try await store.release(id: ids[2])
        try ContractViolation.unless(
            try await ended().contains { $0.id == ids[2] }, is: false, "what is released has not ended")

        let counts = try await store.counts()
        for (state, more) in [
            (PasswordCounts.State.revoked, 1), (.suspended, 0), (.expired, 2), (.notYet, 1), (.active, -5),
        ] {
            try ContractViolation.unless(
                (counts.byState[state] ?? 0) - (before.byState[state] ?? 0), is: more, "each is counted once: \(state)")
        }
    }
}
