public import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every ``PasswordVerifier`` must do, for the tests of those who write one.
///
/// Imports no test library: each rule throws a ``AuditCoreTesting/ContractViolation`` that says what was wrong.
public struct PasswordVerifierContract: Sendable {
    /// A rule with its name.
    package struct Rule: Sendable, CustomStringConvertible {
        /// A sentence.
        package let description: String
        let check: @Sendable (PasswordVerifierContract) async throws -> Void
    }

    private let make: @Sendable () -> any PasswordVerifier
    private let storedHash: @Sendable (String) -> String

    /// - Parameters:
    ///   - make: Makes one that remembers nothing.
    ///   - storedHash: Makes what a row stores for a secret, in a cheap scheme.
    public init(
        make: @escaping @Sendable () -> any PasswordVerifier,
        storedHash: @escaping @Sendable (String) -> String
    ) {
        (self.make, self.storedHash) = (make, storedHash)
    }

    /// Stored hashes that no verifier can use.
    package static let brokenHashes = [
        "", " ", "{", "}", "{}", "{CRYPT}", "{CRYPT", "{NO-SUCH-SCHEME}x", "{CRYPT}*0", "{CRYPT}*1", "*0", "*1", "!",
        "x",
        "$", "$$$", "$6$", "$6$salt", "$6$salt$", "{CRYPT}$6$salt$tooshort", "{SHA512-CRYPT.B64}%%%%",
        "{CRYPT.HEX}abc", "{CRYPT.ROT13}x", "{ARGON2ID}$argon2id$v=19$m=4294967295,t=4294967295,p=255$c29tZXNhbHQ$AAAA",
        "{ARGON2ID}$argon2id$", "{CRYPT}$6$rounds=999999999$salt$" + String(repeating: "a", count: 86),
        "{CRYPT}\0", "{CRYPT}$6$sa\0lt$" + String(repeating: "a", count: 86), "{CRYPT}пароль", "💥",
        String(repeating: "a", count: 100_000), "{CRYPT}" + String(repeating: "$6$", count: 50_000),
    ]

    /// Checks all rules.
    public func run() async throws { for rule in Self.rules { try await check(rule) } }

    /// Checks one rule.
    package func check(_ rule: Rule) async throws { try await rule.check(self) }

    /// All rules.
    package static let rules = [
        Rule(description: "a password is found in its row, a wrong one in none") { contract in
            let verifier = contract.make()
            let rows = [contract.row(1, "one"), contract.row(2, "two"), contract.row(3, "three")]
            try await contract.expect(2, for: "two", in: rows, verifier)
            try await contract.expect(nil, for: "four", in: rows, verifier)
            try await contract.expect(1, for: "one", in: rows, verifier)
            try await contract.expect(2, for: "two", in: rows, verifier)
            try await contract.expect(nil, for: "four", in: rows, verifier)
            try await contract.expect(nil, for: "one", in: [], verifier)
        },
        Rule(description: "bytes count: case, blanks and non-ASCII ones") { contract in
            let verifier = contract.make()
            let rows = [contract.row(1, "Pass wörd")]
            try await contract.expect(1, for: "Pass wörd", in: rows, verifier)
            for wrong in ["pass wörd", "Pass wörd ", "Pass wo\u{308}rd", "Passwörd", "Pass w"] {
                try await contract.expect(nil, for: wrong, in: rows, verifier)
            }
        },
        Rule(description: "an empty password and one with a NUL match nothing") { contract in
            let verifier = contract.make()
            let rows = [contract.row(1, "one"), contract.row(2, "")]
            for wrong in ["", "\0", "one\0", "one\0two"] {
                try await contract.expect(nil, for: wrong, in: rows, verifier)
            }
            try await contract.expect(1, for: "one", in: rows, verifier)
        },
        Rule(description: "broken rows match nothing and stop no other row") { contract in
            let verifier = contract.make()
            let broken = brokenHashes.enumerated().map { index, hash in
                AppPassword(id: Int64(100 + index), uid: "alice", storedHash: hash, isDeleted: false, created: nil)
            }
            try await contract.expect(1, for: "one", in: broken + [contract.row(1, "one")], verifier)
            for hash in brokenHashes {
                try await contract.expect(nil, for: hash.isEmpty ? "x" : hash, in: broken, verifier)
            }
        },
        Rule(description: "of several rows that match, the live and newest one is reported") { contract in
            let verifier = contract.make()
            var rows = [contract.row(1, "same"), contract.row(9, "same", isDeleted: true)]
            try await contract.expect(1, for: "same", in: rows, verifier)
            rows.append(contract.row(2, "same"))
            try await contract.expect(2, for: "same", in: rows, verifier)
            rows.insert(contract.row(3, "same"), at: 0)
            rows.insert(contract.row(4, "other"), at: 0)
            try await contract.expect(3, for: "same", in: rows, verifier)
            try await contract.expect(3, for: "same", in: rows.reversed(), verifier)
        },
        Rule(description: "a deleted row is reported as it is, if no live one matches") { contract in
            let verifier = contract.make()
            let live = contract.row(1, "one")
            try await contract.expect(1, for: "one", in: [live, contract.row(2, "two")], verifier)
            let deleted = contract.row(1, "one", isDeleted: true)
            let found = try await contract.match("one", in: [deleted, contract.row(2, "two")], verifier)
            guard found?.isDeleted == true else {
                throw ContractViolation(description: "the row is not reported as deleted")
            }
        },
        Rule(description: "a changed or removed row is refused at the next login") { contract in
            let verifier = contract.make()
            try await contract.expect(1, for: "one", in: [contract.row(1, "one")], verifier)
            try await contract.expect(nil, for: "one", in: [contract.row(1, "changed")], verifier)
            try await contract.expect(1, for: "changed", in: [contract.row(1, "changed")], verifier)
            try await contract.expect(nil, for: "one", in: [contract.row(2, "two")], verifier)
            try await contract.expect(nil, for: "one", in: [], verifier)
        },
        Rule(description: "logins at the same time do not disturb each other") { contract in
            let verifier = contract.make()
            let rows = (1...8).map { contract.row(Int64($0), "secret \($0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<64 {
                    let id = round % 9 + 1
                    group.addTask {
                        try await contract.expect(id < 9 ? Int64(id) : nil, for: "secret \(id)", in: rows, verifier)
                    }
                }
                try await group.waitForAll()
            }
        },
    ]

    private func row(_ id: Int64, _ secret: String, isDeleted: Bool = false) -> AppPassword {
        AppPassword(
            id: id, uid: "alice", storedHash: storedHash(secret), isDeleted: isDeleted,
            created: Timestamp(milliseconds: id * 1000))
    }

    private func match(
        _ password: String, in rows: [AppPassword], _ verifier: any PasswordVerifier
    ) async throws -> AppPassword? {
        let attempt = LoginAttempt(
            login: "alice", service: "imap", address: IPAddress("192.0.2.1"), time: Timestamp(milliseconds: 0))
        return try await verifier.match(of: Password(password), in: rows, attempt: attempt)
    }

    private func expect(
        _ id: Int64?, for password: String, in rows: [AppPassword], _ verifier: any PasswordVerifier
    ) async throws {
        let found = try await match(password, in: rows, verifier)?.id
        guard found != id else { return }
        func text(_ id: Int64?) -> String { id.map { "row \($0)" } ?? "no row" }
        throw ContractViolation(
            description:
                "\(text(id)) of \(rows.map(\.id)) expected for \(password.debugDescription), got \(text(found))")
    }
}
