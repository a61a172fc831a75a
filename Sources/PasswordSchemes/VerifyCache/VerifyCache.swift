import AppPasswordCore

/// Remembers digests of checks, so that a client that logs in again costs no hash.
///
/// An entry says that a password matched, or did not match, certain stored hashes; whether those hashes are still in
/// the database, and whether they are deleted, is read from the database at each login. A row that was changed or
/// removed therefore meets no entry. Matches and mismatches have tables of their own: no flood of guesses can push a
/// match out. docs/threat-model.md says what an entry is worth to whom.
final class VerifyCache: Sendable {
    private let key: DigestKey
    private let matches: DigestTable<Void>?
    private let mismatches: DigestTable<Void>?

    /// - Parameters:
    ///   - matchLifetime: How long a match counts from when it was hashed; zero: nothing is remembered at all.
    ///   - capacity: Entries of either kind.
    init(key: DigestKey, matchLifetime: Duration, mismatchLifetime: Duration, capacity: Int) {
        self.key = key
        let isOn = matchLifetime > .zero
        matches = isOn ? DigestTable(capacity: capacity, lifetime: matchLifetime) : nil
        mismatches =
            isOn && mismatchLifetime > .zero
            ? DigestTable(capacity: capacity, lifetime: mismatchLifetime) : nil
    }

    /// Whether the password was seen to match the row's hash.
    func knowsMatch(_ password: Password, _ row: AppPassword, at now: Duration) -> Bool {
        matches?.value(for: digest(password, row), at: now) != nil
    }

    /// Keeps that the password matches the row's hash.
    func rememberMatch(_ password: Password, _ row: AppPassword, at now: Duration) {
        matches?.set((), for: digest(password, row), at: now)
    }

    /// Whether the password was seen to match none of just these rows.
    func knowsMismatch(_ password: Password, _ rows: [AppPassword], at now: Duration) -> Bool {
        mismatches?.value(for: digest(password, rows), at: now) != nil
    }

    /// Keeps that the password matches none of these rows.
    func rememberMismatch(_ password: Password, _ rows: [AppPassword], at now: Duration) {
        mismatches?.set((), for: digest(password, rows), at: now)
    }

    /// Entries held.
    var count: Int { (matches?.count ?? 0) + (mismatches?.count ?? 0) }

    private func digest(_ password: Password, _ row: AppPassword) -> Digest {
        key.digest(.match) {
            $0.add(row.uid)
            $0.add(row.storedHash)
            $0.add(password.bytes)
        }
    }

    private func digest(_ password: Password, _ rows: [AppPassword]) -> Digest {
        key.digest(.mismatch) {
            $0.add(password.bytes)
            $0.add(number: UInt64(rows.count))
            for row in rows.sorted(by: { $0.id < $1.id }) {
                $0.add(row.uid)
                $0.add(row.storedHash)
            }
        }
    }
}
