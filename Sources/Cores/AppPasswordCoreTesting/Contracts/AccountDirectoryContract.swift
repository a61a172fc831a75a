public import AppPasswordCore
import AuditCoreTesting

/// What every ``AccountDirectory`` must do; run on the fake and on each adapter.
public struct AccountDirectoryContract: Sendable {
    private let known: Account
    private let ambiguous: String?
    private let make: @Sendable () async throws -> any AccountDirectory

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - known: An account that the directory has.
    ///   - ambiguous: A name that two accounts have; nil if there is none.
    ///   - make: Makes a directory that can be asked.
    public init(
        known: Account, ambiguous: String?, make: @escaping @Sendable () async throws -> any AccountDirectory
    ) {
        (self.known, self.ambiguous, self.make) = (known, ambiguous, make)
    }

    /// Runs every check.
    ///
    /// - Throws: ``AuditCoreTesting/ContractViolation``, or the directory's own ``BackendError``.
    public func run() async throws {
        let directory = try await make()
        for name in known.names {
            // By which of its names it goes is the directory's business.
            let found = try await directory.account(for: name)
            guard case .found(let account) = found else {
                throw ContractViolation(description: "an account is found by each of its names: \(found) for \(name)")
            }
            try ContractViolation.unless(Set(account.names), is: Set(known.names), "an account has all of its names")
            try ContractViolation.unless(account.isDisabled, is: known.isDisabled, "and is disabled or not")
        }
        if let ambiguous {
            try ContractViolation.unless(
                try await directory.account(for: ambiguous), is: .ambiguous, "a name of two accounts is none's")
        }
        let stranger = "contract-\(UInt64.random(in: 0 ... .max))"
        let uid = known.uid
        for name in [
            stranger, "", "\(uid)\0", "\0", "\(uid) OR 1=1", "\(stranger)*", "%", "_", "*)(objectClass=*",
            "\(stranger))(|(uid=*", "\\2a", "{username}", "%u", String(repeating: "a", count: 5000),
        ] {
            try ContractViolation.unless(
                try await directory.account(for: name), is: .notFound, "a text is a name, whatever else it could be")
        }
        let answers = try await withThrowingTaskGroup(of: AccountAnswer.self) { group in
            for number in 0..<32 {
                group.addTask { try await directory.account(for: number % 2 == 0 ? uid : stranger) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try ContractViolation.unless(
            answers.count(where: { $0 == .found(known) }), is: 16, "all who ask at once get their own answer")
        try ContractViolation.unless(answers.count(where: { $0 == .notFound }), is: 16, "and no other's")
    }
}
