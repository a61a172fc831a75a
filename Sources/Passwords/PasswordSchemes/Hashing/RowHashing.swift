import AppPasswordCore
import Logging

/// Has the open rows of a search hashed, and takes down what came out.
struct RowHashing: Sendable {
    typealias OpenHash = (index: Int, hash: StoredHash)

    private let checker: any HashChecker
    private let limits: HashCostLimits
    private let unusable: UnusableRows

    init(checker: any HashChecker, limits: HashCostLimits, logger: Logger) {
        (self.checker, self.limits, unusable) = (checker, limits, UnusableRows(logger: logger))
    }

    /// The open rows with their hashes, the likeliest first; broken ones are reported and noted.
    func openHashes(_ search: inout RowSearch) -> [OpenHash] {
        var hashes: [OpenHash] = []
        for index in search.open {
            do throws(StoredHashError) {
                hashes.append((index, try StoredHash(search.rows[index].storedHash, limits: limits)))
            } catch {
                unusable.report(search.rows[index], error.description)
                search.note(index, .refuted)
            }
        }
        return hashes
    }

    /// Has the open rows hashed until none is open.
    func run(
        _ password: Password, _ hashes: [OpenHash], _ search: RowSearch,
        by deadline: ContinuousClock.Instant
    ) async throws(PasswordVerifierError) -> RowSearch {
        var search = search
        var odds = search.open.first.map(search.isClientsLast) ?? false ? HashOdds.onFirst : .amongFirst
        while true {
            let open = hashes.filter { search.needs($0.index) }
            if open.isEmpty { return search }
            let findings = try await checker.check(password, against: open.map(\.hash), odds: odds, deadline: deadline)
            guard !findings.isEmpty else { throw .overloaded }  // a broken checker must not make this spin
            odds = odds == .onFirst && findings.count == 1 ? .amongFirst : .even
            for finding in findings { note(finding.outcome, of: open[finding.index].index, in: &search) }
        }
    }

    private func note(_ outcome: HashOutcome, of index: Int, in search: inout RowSearch) {
        switch outcome {
        case .match: search.note(index, .matches)
        case .mismatch: search.note(index, .refuted)
        case .broken:
            unusable.report(search.rows[index], "refused by the library")
            search.note(index, .refuted)
        case .unavailable:
            unusable.report(search.rows[index], StoredHash.unavailable)
            search.note(index, .uncheckable)
        case .outOfMemory: search.note(index, .failed)
        }
    }
}
