public import AuditCore

/// Answers Dovecot: is this password one of the account's app passwords, and is the place welcome?
///
/// An immutable snapshot of the settings in force; a login keeps the one it started with.
public struct Authenticator: Sendable {
    /// Who says which accounts exist.
    public enum Accounts: Sendable {
        /// A directory.
        case directory(any AccountDirectory)
        /// No directory: an account exists if it has an app password, revoked ones included.
        case anyoneWithAnAppPassword
    }

    private let accounts: Accounts
    private let store: any AppPasswordStore
    /// The store, if it may read where that is a moment behind.
    private let recent: (any RecentPasswordStore)?
    private let verifier: any PasswordVerifier
    private let auditor: Auditor
    private let recorder: any LoginRecorder
    private let uses: RecentUses?
    private let refusedNetworks: PrefixSet
    private let maxPasswordBytes: Int
    private let readings = LimitReadings()

    /// Puts an authenticator together.
    ///
    /// - Parameters:
    ///   - accounts: Who says which accounts there are.
    ///   - store: Where their app passwords are.
    ///   - verifier: Compares a password with their hashes.
    ///   - auditor: Judges where a login comes from.
    ///   - recorder: Takes down uses of app passwords.
    ///   - refusedNetworks: Networks where app passwords are not taken (`auth.disallow_passwords_from`).
    ///   - maxPasswordBytes: Longer passwords match nothing, unhashed.
    public init(
        accounts: Accounts, store: any AppPasswordStore, verifier: any PasswordVerifier, auditor: Auditor,
        recorder: any LoginRecorder, refusedNetworks: PrefixSet, maxPasswordBytes: Int = 1024
    ) {
        self.init(
            accounts: accounts, store: store, verifier: verifier, auditor: auditor, recorder: recorder, uses: nil,
            refusedNetworks: refusedNetworks, maxPasswordBytes: maxPasswordBytes)
    }

    /// The same; `uses` notes who is let in with what: whose sessions may be open.
    package init(
        accounts: Accounts, store: any AppPasswordStore, verifier: any PasswordVerifier, auditor: Auditor,
        recorder: any LoginRecorder, uses: RecentUses?, refusedNetworks: PrefixSet, maxPasswordBytes: Int = 1024
    ) {
        self.accounts = accounts
        self.store = store
        recent = store as? any RecentPasswordStore
        self.verifier = verifier
        self.auditor = auditor
        self.recorder = recorder
        self.uses = uses
        self.refusedNetworks = refusedNetworks
        self.maxPasswordBytes = maxPasswordBytes
    }

    /// Authenticates one login.
    ///
    /// - Complexity: One query of the directory and one of the database, side by side; a second of the database only
    ///   if the account has other names; then at most one hash for each row, and one spool append. Limits cost no query, but
    ///   for the one that fixes what a password is bound to.
    public func authenticate(_ attempt: LoginAttempt, _ password: Password) async -> AuthAnswer {
        guard attempt.login.isPlausibleLogin else { return AuthAnswer(.unknownAccount) }
        switch await findMatch(of: password, attempt) {
        case .success(let (match, mayLag)): return await answer(attempt, match, mayLag: mayLag)
        case .failure(let reason): return AuthAnswer(reason.outcome)
        }
    }

    /// Finds the row that a password belongs to. Nobody is refused for what rows say that may be a moment old.
    ///
    /// - Returns: The row, and whether it may be a moment old.
    private func findMatch(
        of password: Password, _ attempt: LoginAttempt
    ) async -> Result<(match: AppPassword, mayLag: Bool), Refusal> {
        var found: RecentPasswords
        switch await findRows(of: attempt.login, .recent) {
        case .success(let rows): found = rows
        case .failure(let reason): return .failure(reason)
        }
        guard (1...maxPasswordBytes).contains(password.bytes.count) else { return .failure(.outcome(.wrongPassword)) }
        do throws(PasswordVerifierError) {
            var match = try await verifier.match(
                of: password, in: found.rows, attempt: attempt, origin: origin(of: attempt))
            if found.mayLag, match?.isDeleted ?? true || match?.hasEnded ?? true {
                let before = found.rows
                switch await findRows(of: attempt.login, .newest) {
                case .success(let rows): found = rows
                case .failure(let reason): return .failure(reason)
                }
                match =
                    if before.hold(the: found.rows), let old = match {
                        found.rows.first { $0.id == old.id }
                    } else if before.hold(the: found.rows) { nil } else {
                        try await verifier.match(
                            of: password, in: found.rows, attempt: attempt, origin: origin(of: attempt))
                    }
            }
            return match.map { .success(($0, found.mayLag)) } ?? .failure(.outcome(.wrongPassword))
        } catch {
            switch error {
            case .overloaded: return .failure(.outcome(.overloaded(reason: "too many passwords wait to be checked")))
            case .timedOut:
                return .failure(.outcome(.overloaded(reason: "the password could not be checked in time")))
            case .tooManyGuesses: return .failure(.outcome(.guessLimit))
            }
        }
    }

    private func origin(of attempt: LoginAttempt) -> GuessOrigin {
        guard let address = attempt.address else { return .local }
        return refusedNetworks.contains(address) ? .refusedNetwork : .address(address)
    }

    /// The password has matched: only now are facts gathered, so that guesses make us ask nobody.
    ///
    /// - Parameter mayLag: Whether the row may be a moment old: then its limits are read anew before they refuse anybody.
    private func answer(_ attempt: LoginAttempt, _ match: AppPassword, mayLag: Bool) async -> AuthAnswer {
        let gathering = auditor.gather(for: attempt)
        var match = match
        var decision = await decide(attempt, match, gathering)
        if mayLag, decision.isByLimits {
            switch await findRows(of: attempt.login, .newest) {
            case .success(let newest):
                if let row = newest.rows.first(where: { $0.id == match.id && $0.storedHash == match.storedHash }) {
                    match = row
                    decision = await decide(attempt, match, gathering)
                }
            case .failure(let reason): return AuthAnswer(reason.outcome)
            }
        }
        if decision.outcome == .success(passwordID: match.id) {
            uses?.note(match.id, login: attempt.login, address: attempt.address?.description)
        }
        await takeDown(attempt, match, decision.outcome, gathering)
        // A back end's trouble is a failure, and counts as one: it has no audit record besides.
        if case .unavailable = decision.outcome { return AuthAnswer(decision.outcome) }
        var record = PendingRecord(attempt, gathering, passwordID: match.id)
        if let judgement = decision.judgement {
            record.take(judgement)
        } else {
            record.matched = decision.outcome.row().matched
            record.missing = decision.missing
        }
        record.isBlocked = decision.outcome != .success(passwordID: match.id)
        record.limit = decision.limit
        return AuthAnswer(decision.outcome, record: record)
    }

    /// What became of a right password, and what the record says of it.
    private struct Decision {
        var outcome: LoginOutcome
        /// By the lists; nil if it did not come to that, or if they do not decide.
        var judgement: Judgement?
        var limit: String?
        var missing = MissingFacts()

        /// Whether the password's own limits refuse it, or cannot be read.
        var isByLimits: Bool {
            switch outcome {
            case .limited, .unreadableLimits: true
            default: false
            }
        }
    }

    private func decide(_ attempt: LoginAttempt, _ match: AppPassword, _ gathering: FactGathering) async -> Decision {
        if let address = attempt.address,
            refusedNetworks.contains(address) || address.embeddedIPv4.map({ refusedNetworks.contains($0) }) ?? false
        {
            return Decision(outcome: .refusedNetwork(passwordID: match.id))
        }
        if match.isDeleted { return Decision(outcome: .revoked(passwordID: match.id)) }
        guard let stored = match.limits else { return await judge(attempt, match, gathering) }

        let end = ContinuousClock.now + auditor.configuration.deadline
        let (limits, times): (Limits, LimitTimes)
        do throws(LimitsError) {
            limits = try readings.read(stored, of: match.id)
            var known = try stored.times(created: match.created)
            // What waits in the spool is in no database yet.
            if limits.unusedDays != nil {
                known.lastUse = Timestamp.later(known.lastUse, recorder.lastUse(of: match.id))
            }
            times = known
        } catch {
            return Decision(
                outcome: .unreadableLimits(passwordID: match.id, reason: error.description), limit: error.column)
        }
        let needed = limits.factsNeeded(for: attempt, facts: gathering.facts, times: times)
        let facts = await gathering.facts(needing: needed, until: end)
        let missing = MissingFacts(in: facts, waitedFor: needed)
        func refusal(_ finding: LimitFinding) -> Decision {
            Decision(
                outcome: .limited(passwordID: match.id, finding), limit: finding.limit.rawValue, missing: missing)
        }
        let judgement = limits.judge(attempt, facts: facts, times: times, doubt: doubt)
        if let finding = judgement.finding { return refusal(finding) }
        var decision = await judge(attempt, match, gathering, until: end)
        guard let place = judgement.binds, decision.outcome == .success(passwordID: match.id) else { return decision }
        do throws(BackendError) {
            var fixed = limits
            fixed.bound = try await store.bind(match.id, to: place).flatMap { BoundPlace($0, place.binding) }
            // The limits were changed while this login was judged by the old ones.
            guard fixed.bound != nil else { throw BackendError("database", .refused, detail: "limits have changed") }
            if let finding = fixed.judge(attempt, facts: facts, times: times, doubt: doubt).finding {
                return refusal(finding)
            }
        } catch {
            decision.outcome = .unavailable(
                reason: "what app password \(match.id) is bound to could not be written down: \(error.debugDescription)"
            )
        }
        return decision
    }

    private var doubt: LimitDoubt {
        let policy = auditor.configuration.policy
        return LimitDoubt(onUnknown: policy.onUnknown, onOverload: policy.onOverload)
    }

    /// Judges the place by the lists.
    private func judge(
        _ attempt: LoginAttempt, _ match: AppPassword, _ gathering: FactGathering,
        until end: ContinuousClock.Instant? = nil
    ) async -> Decision {
        let judgement = await auditor.judge(attempt, gathering, until: end)
        return Decision(outcome: LoginOutcome(judgement.verdict, passwordID: match.id), judgement: judgement)
    }

    private func takeDown(
        _ attempt: LoginAttempt, _ match: AppPassword, _ outcome: LoginOutcome, _ gathering: FactGathering
    ) async {
        let ticket = await recorder.record(
            LoginLogRow(
                passwordID: match.id, service: attempt.service, sourceAddress: attempt.address?.description,
                time: attempt.time, refusal: outcome.row().refusal))
        let recorder = recorder
        gathering.whenComplete { facts in
            recorder.complete(
                ticket, name: facts.reverseHost.value?.first, location: facts.sourceLocation, isp: facts.sourceISP)
        }
    }

    /// Why there are no rows to check.
    private enum Refusal: Error {
        case outcome(LoginOutcome)
        var outcome: LoginOutcome {
            switch self {
            case .outcome(let outcome): outcome
            }
        }
    }

    /// How old rows may be.
    private enum Age { case recent, newest }

    private func rows(of names: [String], _ age: Age) async throws(BackendError) -> RecentPasswords {
        switch age {
        case .recent:
            if let recent { return try await recent.recentPasswords(of: names) }
        case .newest: break
        }
        return RecentPasswords(try await store.passwords(of: names), mayLag: false)
    }

    private func findRows(of login: String, _ age: Age) async -> Result<RecentPasswords, Refusal> {
        do {
            async let candidates = rows(of: [login], age)
            switch accounts {
            case .anyoneWithAnAppPassword:
                let found = try await candidates
                let rows = found.rows.filter { $0.uid.hasSameBytes(as: login) }
                if rows.isEmpty, found.mayLag { return await findRows(of: login, .newest) }
                return rows.isEmpty
                    ? .failure(.outcome(.unknownAccount)) : .success(RecentPasswords(rows, mayLag: found.mayLag))
            case .directory(let directory):
                let answer = try await directory.account(for: login)
                let found = try await candidates
                var (rows, mayLag) = (found.rows, found.mayLag)
                switch answer {
                case .notFound: return .failure(.outcome(.unknownAccount))
                case .ambiguous: return .failure(.outcome(.ambiguousAccount))
                case .found(let account) where account.isDisabled: return .failure(.outcome(.disabledAccount))
                case .found(let account):
                    // Whoever has rows of a name has all of them.
                    let others = account.names.filter { name in
                        !name.hasSameBytes(as: login) && !rows.contains { $0.uid.hasSameBytes(as: name) }
                    }
                    if !others.isEmpty {
                        let known = Set(rows.map(\.id))
                        let more = try await self.rows(of: others, age)
                        rows += more.rows.filter { !known.contains($0.id) }
                        mayLag = mayLag || more.mayLag
                    }
                    rows = rows.filter { row in
                        row.uid.hasSameBytes(as: login) || account.names.contains { row.uid.hasSameBytes(as: $0) }
                    }
                    return .success(RecentPasswords(rows, mayLag: mayLag))
                }
            }
        } catch let error as BackendError {
            return .failure(.outcome(.unavailable(reason: error.debugDescription)))
        } catch {
            return .failure(.outcome(.unavailable(reason: "\(error)")))
        }
    }
}

extension [AppPassword] {
    /// Whether these are the same passwords, in whatever order; limits, which know the time, do not count.
    fileprivate func hold(the others: [AppPassword]) -> Bool {
        count == others.count
            && others.allSatisfy { other in
                contains { $0.id == other.id && $0.storedHash == other.storedHash && $0.isDeleted == other.isDeleted }
            }
    }
}

extension String {
    /// Equality of bytes; Swift's `==` also takes canonically equivalent texts for equal.
    fileprivate func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether this can be a login at all: not empty, no control characters, no outer blanks.
    package var isPlausibleLogin: Bool {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return false }
        return !first.properties.isWhitespace && !last.properties.isWhitespace
            && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
