public import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every store promises of the limits of app passwords.
public struct LimitsContract<Store: AppPasswordStore & AppPasswordAdministration & LoginLog>: Sendable {
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
        func stored(_ id: Int64) async throws -> StoredLimits? {
            let ofLogin = try await store.passwords(of: uid).first { $0.id == id }?.limits
            let ofList = try await store.list(uid: uid).first { $0.id == id }?.limits
            let ofRows = try await store.rows(after: id - 1, limit: 1).first?.password.limits
            try ContractViolation.unless(ofList?.columns, is: ofLogin?.columns, "the list shows the limits")
            try ContractViolation.unless(ofRows?.columns, is: ofLogin?.columns, "and so do all rows")
            return ofLogin
        }

        let free = try await store.add(uid: uid, storedHash: "{CRYPT}$6$free", comment: nil, created: start)
        try ContractViolation.unless(try await stored(free), is: nil, "a password has no limits of itself")
        let id = try await store.add(
            uid: uid, storedHash: "{CRYPT}$6$a", comment: nil, created: start, limits: Self.full(start))
        let row = try await stored(id)
        try ContractViolation.unless(try row?.read(), is: Self.full(start), "limits come back as they were written")
        try ContractViolation.unless(row?.now == nil, is: false, "with the database's time")
        try ContractViolation.unless(row?.lastUse, is: nil, "a password that was never used has no last use")
        try ContractViolation.unless(try await stored(free), is: nil, "limits are those of one password")

        func use(_ milliseconds: Int64, _ refusal: String?) -> LoginLogRow {
            LoginLogRow(
                passwordID: id, service: "imap", sourceAddress: "192.0.2.1",
                time: Timestamp(milliseconds: start.milliseconds + milliseconds), refusal: refusal)
        }
        try await store.insert([use(1, nil), use(3, nil), use(2, nil), use(9, "denied")], mayBeThere: false)
        try ContractViolation.unless(
            try await stored(id)?.lastUse, is: use(3, nil).time, "a login that was refused is no last use")

        var fewer = Limits()
        (fewer.services, fewer.binding) = (["smtp"], .asn)
        try ContractViolation.unless(try await store.limit(id: id, fewer), is: true, "limits are changed")
        try ContractViolation.unless(try await stored(id)?.read(), is: fewer, "to just the new ones")
        try await Self.checkBinding(store, id, free)
        try await Self.checkSuspending(store, id, free, stored)
        try ContractViolation.unless(try await store.limit(id: id, Limits()), is: true, "limits are taken away")
        try ContractViolation.unless(try await stored(id), is: nil, "then there are none")
        try ContractViolation.unless(
            try await store.limit(id: id, Limits()), is: true, "a password without limits is one all the same")
        try ContractViolation.unless(
            try await store.limit(id: free, Self.full(start)), is: true, "limits can come later")
        _ = try await store.revoke(id: free, hard: true, at: start)
        for limits in [Limits(), Self.full(start)] {
            try ContractViolation.unless(
                try await store.limit(id: free, limits), is: false, "there is no such password")
        }
        try ContractViolation.unless(try await store.rebind(id: free), is: false, "nor one to be bound")
    }

    /// What is bound stays bound, until it is let go of.
    private static func checkBinding(
        _ store: Store, _ id: Int64, _ free: Int64
    ) async throws {
        try ContractViolation.unless(
            try await store.bind(id, to: .country("DE")), is: nil, "what is not to be bound to a country is not")
        try ContractViolation.unless(try await store.bind(id, to: .asn(3320)), is: "AS3320", "the first place is fixed")
        try ContractViolation.unless(try await store.bind(id, to: .asn(3209)), is: "AS3320", "and no other one then")
        try ContractViolation.unless(
            try await store.bind(free, to: .asn(3209)), is: nil, "a password without limits is bound to nothing")
        try ContractViolation.unless(try await store.rebind(id: id), is: true, "it is let go of")
        try ContractViolation.unless(try await store.rebind(id: id), is: true, "as often as one likes")
        try ContractViolation.unless(try await store.rebind(id: free), is: false, "unless there is nothing to be bound")
        try ContractViolation.unless(
            try await store.bind(id, to: .asn(3209)), is: "AS3209", "then the next one is fixed")
        // Whoever changes other limits has read them before a login fixed a place.
        var stale = Limits()
        (stale.services, stale.binding) = (["imap"], .asn)
        _ = try await store.limit(id: id, stale)
        try ContractViolation.unless(
            try await store.bind(id, to: .asn(1)), is: "AS3209", "what is fixed stays when other limits change")
        (stale.binding, stale.bound) = (.country, nil)
        _ = try await store.limit(id: id, stale)
        try ContractViolation.unless(
            try await store.bind(id, to: .country("AT")), is: "AT", "but not when another kind of place is to be fixed")
        _ = try await store.limit(id: id, stale, afresh: true)
        try ContractViolation.unless(
            try await store.bind(id, to: .country("CH")), is: "CH", "afresh nothing is kept of what was fixed")
        stale.binding = nil
        _ = try await store.limit(id: id, stale)
        try ContractViolation.unless(try await store.bind(id, to: .country("DE")), is: nil, "or none")
    }

    /// A suspension stays whatever else changes, until it is ended.
    private static func checkSuspending(
        _ store: Store, _ id: Int64, _ free: Int64,
        _ stored: (Int64) async throws -> StoredLimits?
    ) async throws {
        func isSuspended(_ id: Int64) async throws -> Bool { try await stored(id)?.read().suspended != nil }
        for password in [id, free] {
            try ContractViolation.unless(
                try await store.release(id: password), is: false, "what is not suspended is not released")
            try ContractViolation.unless(try await store.suspend(id: password), is: true, "it is suspended")
            try ContractViolation.unless(try await store.suspend(id: password), is: false, "once")
            try ContractViolation.unless(try await isSuspended(password), is: true, "and that is read with it")
        }
        var limits = Limits()
        limits.services = ["smtp"]
        for changed in [limits, Limits()] {
            try ContractViolation.unless(
                try await store.limit(id: id, changed), is: true, "limits of a suspended one change")
            try ContractViolation.unless(try await isSuspended(id), is: true, "which does not release it")
            try ContractViolation.unless(
                try await stored(id)?.read().services, is: changed.services, "but they do change")
        }
        for password in [id, free] {
            try ContractViolation.unless(try await store.release(id: password), is: true, "it is released")
            try ContractViolation.unless(try await isSuspended(password), is: false, "and that is seen")
        }
        _ = try await store.limit(id: free, Limits())
        try ContractViolation.unless(try await store.suspend(id: .max), is: false, "there is no such password")
    }

    /// Limits of every kind.
    private static func full(_ start: Timestamp) -> Limits {
        var limits = Limits()
        limits.services = ["imap", "smtp"]
        limits.networks = ["192.0.2.0/24", "2001:db8::/32", "10.0.0.1/32"].compactMap { IPPrefix($0) }
        (limits.countries, limits.asNumbers) = (["DE", "AT"], [3320, 4_200_000_000])
        (limits.notBefore, limits.expires) = (start, start.advanced(by: .milliseconds(86_400_123)))
        (limits.unusedDays, limits.binding, limits.bound) = (
            60, .network, .network(IPPrefix(only: IPAddress(v4: 0xC000_0201)))
        )
        (limits.note, limits.setBy, limits.setAt) = ("scanner, \"ü\" \\ '", "root", start)
        return limits
    }
}
