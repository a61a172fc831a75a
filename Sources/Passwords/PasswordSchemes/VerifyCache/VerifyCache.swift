import AppPasswordCore

/// Remembers digests of checks, so that a client that logs in again costs no hash.
///
/// An entry says that a password matched, or did not match, certain stored hashes; whether those hashes are still in
/// the database, and whether they are deleted, is read from the database at each login. A row that was changed or
/// removed therefore meets no entry. Matches and mismatches have tables of their own: no flood of guesses can push a
/// match out. Mismatches are remembered where matches are not, too: without them a wrong password that goes on would be hashed
/// as often as it is sent. docs/threat-model.md says what an entry is worth to whom.
final class VerifyCache: Sendable {
    /// What is known of a password that matched none of some rows.
    enum Mismatch: Sendable {
        /// It is none of theirs.
        case certain
        /// It is none of those that can be checked on this machine.
        case ofThoseChecked
    }

    private let key: DigestKey
    private let matches: DigestTable<Void>?
    private let mismatches: DigestTable<Mismatch>?

    /// - Parameters:
    ///   - matchLifetime: How long a match counts from when it was hashed; zero: none is remembered.
    ///   - mismatchLifetime: The same of mismatches.
    ///   - capacity: Entries of either kind.
    init(key: DigestKey, matchLifetime: Duration, mismatchLifetime: Duration, capacity: Int) {
        self.key = key
        matches = matchLifetime > .zero ? DigestTable(capacity: capacity, lifetime: matchLifetime) : nil
        mismatches = mismatchLifetime > .zero ? DigestTable(capacity: capacity, lifetime: mismatchLifetime) : nil
    }

    /// Whether the password was seen to match the row's hash.
    func knowsMatch(_ password: Password, _ row: AppPassword, at now: Duration) -> Bool {
        matches?.value(for: digest(password, row), at: now) != nil
    }

    /// Keeps that the password matches the row's hash.
    func rememberMatch(_ password: Password, _ row: AppPassword, at now: Duration) {
        matches?.set((), for: digest(password, row), at: now)
    }

    /// Stands for a password and just these rows, in any order.
    func digest(_ password: Password, _ rows: [AppPassword]) -> Digest {
        key.digest(.mismatch) {
            $0.add(password.bytes)
            $0.add(number: UInt64(rows.count))
            for row in rows.sorted(by: { $0.id < $1.id }) {
                $0.add(row.uid)
                $0.add(row.storedHash)
            }
        }
    }

    /// Whether a password was seen to match none of some rows.
    func mismatch(_ digest: Digest, at now: Duration) -> Mismatch? { mismatches?.value(for: digest, at: now) }

    /// Keeps that a password matches none of some rows.
    func rememberMismatch(_ digest: Digest, _ mismatch: Mismatch, at now: Duration) {
        mismatches?.set(mismatch, for: digest, at: now)
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
}
