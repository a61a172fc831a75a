public import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every ``LoginLog`` promises.
public struct LoginLogContract<Store: LoginLog & AppPasswordAdministration>: Sendable {
    private let make: @Sendable () async throws -> Store
    private let keepsRefusals: Bool

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - keepsRefusals: Whether it can tell refused logins from uses.
    ///   - make: Makes what is held to the contract; it may hold rows already, and keeps those that are made here.
    public init(keepsRefusals: Bool = true, make: @escaping @Sendable () async throws -> Store) {
        (self.make, self.keepsRefusals) = (make, keepsRefusals)
    }

    /// Runs every check.
    ///
    /// - Throws: ``AuditCoreTesting/ContractViolation``, or the store's own ``BackendError``.
    public func run() async throws {
        let log = try await make()
        let start = Timestamp(milliseconds: 1_763_918_141_123)
        let uid = "contract-\(UInt64.random(in: 0 ... .max))"
        let id = try await log.add(uid: uid, storedHash: "{CRYPT}$6$a", comment: nil, created: start)
        func row(_ milliseconds: Int64, service: String = "imap", from address: String? = "2001:db8::1") -> LoginLogRow
        {
            LoginLogRow(
                passwordID: id, service: service, sourceAddress: address,
                time: Timestamp(milliseconds: start.milliseconds + milliseconds))
        }
        func expect(_ expected: [LoginLogRow], _ promise: String) async throws {
            try ContractViolation.unless(try await log.history(id: id, limit: 1000, offset: 0), is: expected, promise)
        }

        try await log.insert([], mayBeThere: false)
        try await expect([], "no rows are no rows")
        var full = row(0)
        full.sourceName = "dyn-1.example.org"
        full.sourceLocation = "24941 Jarplund-Weding, SH, Germany '\"\\;%"
        full.sourceISP = "Vodafone GmbH, ü, 邮, 📮"
        let bare = row(1, from: nil)
        try await log.insert([full, bare], mayBeThere: false)
        try await expect([bare, full], "texts, NULLs and milliseconds come back as they were written")

        // A batch that may be there: what is there is left alone, what is not is written.
        let others = [row(0, service: "smtp"), row(0, from: "2001:db8::2"), row(2), row(1)]
        try await log.insert([full, bare] + others, mayBeThere: true)
        let all = try await log.history(id: id, limit: 1000, offset: 0) ?? []
        try ContractViolation.unless(all.count, is: 6, "only the missing rows of a batch in doubt are written")
        try ContractViolation.unless(Set(all), is: Set([full, bare] + others), "just the missing ones")
        try await log.insert([full, bare] + others, mayBeThere: true)
        try ContractViolation.unless(
            try await log.history(id: id, limit: 1000, offset: 0)?.count, is: 6, "a third time changes nothing")
        try await log.insert([row(0, service: "smtp")], mayBeThere: true)
        try ContractViolation.unless(
            try await log.history(id: id, limit: 1000, offset: 0)?.count, is: 6, "a row is told by its service, too")

        // A service too long for the table is cut, and found again when it is in doubt.
        let long = row(10, service: String(repeating: "a", count: 254) + "ü")
        try await log.insert([long], mayBeThere: false)
        try await log.insert([long], mayBeThere: true)
        let cut = try await log.history(id: id, limit: 2, offset: 0) ?? []
        try ContractViolation.unless(cut.first, is: long.stored, "a long service is cut at a character's boundary")
        try ContractViolation.unless(cut.count { $0.time == long.time }, is: 1, "and is not written twice")

        // A row of a password that is gone is left out; the others of its batch are written.
        let gone = try await log.add(uid: uid, storedHash: "{CRYPT}$6$gone", comment: nil, created: start)
        _ = try await log.revoke(id: gone, hard: true, at: start)
        var orphan = row(20)
        orphan.passwordID = gone
        for isInDoubt in [false, true] {
            let good = row(isInDoubt ? 22 : 21)
            try await log.insert([orphan, good], mayBeThere: isInDoubt)
            try ContractViolation.unless(
                try await log.history(id: id, limit: 1, offset: 0), is: [good],
                "a row without a password stops no other")
        }

        let many = (0..<200).map { row(1000 + $0, service: "pop3") }
        try await log.insert(many, mayBeThere: false)
        try ContractViolation.unless(
            try await log.history(id: id, limit: 200, offset: 0), is: many.reversed(), "200 rows in one call")
        try await Self.checkRefusals(log, id, start.advanced(by: .seconds(60)), isKept: keepsRefusals)
    }

    /// A refused login is told from a use, or not written at all; what stands beside it in its batch is.
    private static func checkRefusals(
        _ log: Store, _ id: Int64, _ start: Timestamp, isKept: Bool
    ) async throws {
        func row(_ milliseconds: Int64, _ refusal: String?) -> LoginLogRow {
            LoginLogRow(
                passwordID: id, service: "imap", sourceAddress: "192.0.2.1",
                time: Timestamp(milliseconds: start.milliseconds + milliseconds), refusal: refusal)
        }
        let rows = [row(0, "denied"), row(1, nil), row(2, "revoked"), row(3, String(repeating: "x", count: 40))]
        try await log.insert(rows, mayBeThere: false)
        try await log.insert(rows + [row(4, "revoked")], mayBeThere: true)
        let kept = (rows + [row(4, "revoked")]).map(\.stored).filter { isKept || $0.refusal == nil }
        try ContractViolation.unless(
            try await log.history(id: id, limit: kept.count, offset: 0), is: kept.reversed(),
            isKept ? "refused logins say so" : "what cannot be told from a use is not written")
        try await log.insert([row(5, "denied")], mayBeThere: false)
        try ContractViolation.unless(
            try await log.history(id: id, limit: 1, offset: 0)?.first?.time,
            is: Timestamp(milliseconds: start.milliseconds + (isKept ? 5 : 1)), "also where nothing else is written")
    }
}
