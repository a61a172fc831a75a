public import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every ``AppPasswordStore`` promises.
public struct AppPasswordStoreContract<Store: AppPasswordStore & AppPasswordAdministration>: Sendable {
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
        let name = "contract-\(UInt64.random(in: 0 ... .max))"
        let created = Timestamp(milliseconds: 1_763_918_141_000)
        try await Self.expect(store, of: name, [], "an unknown name has no rows")

        let first = try await store.add(uid: name, storedHash: "{CRYPT}$6$a", comment: nil, created: created)
        let second = try await store.add(
            uid: name, storedHash: "{CRYPT}$6$b", comment: "ü", created: created.advanced(by: .seconds(1)))
        _ = try await store.revoke(id: second, hard: false, at: created.advanced(by: .seconds(2)))
        try await Self.expect(
            store, of: name,
            [
                AppPassword(id: first, uid: name, storedHash: "{CRYPT}$6$a", isDeleted: false, created: created),
                AppPassword(
                    id: second, uid: name, storedHash: "{CRYPT}$6$b", isDeleted: true,
                    created: created.advanced(by: .seconds(1))),
            ], "all rows are read, deleted ones too")

        // One name per kind of trouble; each has a row of its own, and none sees another's.
        let lookalikes = ["müller", "muller", "mu\u{308}ller", "Muller", "m_ller", "m%", "m*", "m'--", "m\\"]
        for other in lookalikes {
            _ = try await store.add(uid: name + other, storedHash: "{CRYPT}$6$x", comment: nil, created: created)
        }
        for other in lookalikes {
            let uids = try await store.passwords(of: name + other).map(\.uid)
            let own = uids.filter { $0.utf8.elementsEqual((name + other).utf8) }
            try ContractViolation.unless(own.count, is: 1, "\(other) has its one row")
        }
        for count in [2, 3, 5, lookalikes.count, Account.mostNames] {
            let names = (lookalikes + (0...Account.mostNames).map { "absent \($0)" }).prefix(count).map { name + $0 }
            let uids = try await store.passwords(of: names).map(\.uid)
            let own = uids.filter { uid in names.contains { uid.utf8.elementsEqual($0.utf8) } }
            try ContractViolation.unless(
                own.count, is: min(count, lookalikes.count), "\(count) names have the rows of each, none twice")
        }
        try ContractViolation.unless(try await store.passwords(of: []), is: [], "no names have no rows")
        try await Self.expect(store, of: name + "%", [], "a name is no pattern")
        try await Self.expect(store, of: "' OR ''='", [], "a name is no SQL")
    }

    /// Compares the rows whose bytes are those of the name.
    private static func expect(
        _ store: Store, of name: String, _ expected: [AppPassword], _ promise: String
    ) async throws {
        let rows = try await store.passwords(of: name).filter { $0.uid.utf8.elementsEqual(name.utf8) }
        try ContractViolation.unless(rows.sorted { $0.id < $1.id }, is: expected, promise)
    }
}
