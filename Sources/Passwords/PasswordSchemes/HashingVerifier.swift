package import AppPasswordCore
package import AuditCore
package import Logging
import Locks

/// Finds the row that a password belongs to: verify cache, guess limits, most likely first, hashes.
///
/// A login passes four steps and ends at the first that knows the answer:
/// 1. The verify cache knows a match, and no row that could win over it is open: no hash, no other thread.
/// 2. The verify cache knows that none of just these rows match: nil.
/// 3. A guess limit is reached: `tooManyGuesses`, without a hash.
/// 4. The rows that are still open are hashed, the likeliest first, by the checker, up to the deadline; once for all logins
///    that bring the same password at that time.
///
/// The answer is exact: of several rows that match, the one that ``AppPassword/precedes(_:)`` the others (see
/// `RowSearch`). A row whose hash is broken, unknown or above the cost limits is logged once, at warning, with its id,
/// and matches nothing. One that could not be checked is logged, too; if no other matches, whether the password is right is
/// not known, which is `overloaded`. A password that is empty or holds a NUL matches nothing: crypt(3) would cut it there, and
/// so would Dovecot. All state is in memory, bounded and for this process, but for ``KnownNetworks``.
package final class HashingVerifier: PasswordVerifier {
    /// How a verifier behaves.
    package struct Configuration: Sendable, Equatable {
        /// What one login waits for its hashes, at most.
        package var deadline: Duration = .seconds(5)
        /// `verify_cache_ttl`: how long a match is remembered; zero: none is.
        package var matchLifetime: Duration = .seconds(3600)
        /// How long a mismatch is remembered, whether matches are or not.
        package var mismatchLifetime: Duration = .seconds(60)
        /// How many matches, and how many mismatches, are remembered at most (about 40 bytes each).
        package var cacheCapacity = 32_768
        /// For how many accounts the order of last success is remembered at most (up to 1.3 KB each).
        package var accountCapacity = 16_384
        /// How many logins may wait for a hash that another one with the same password has under way; for one password half
        /// of them. Further ones are refused as overloaded.
        package var sharing = 256
        /// What bounds guessing.
        package var guessLimits = GuessLimits()
        /// What bounds the cost of one stored hash.
        package var costLimits = HashCostLimits()

        /// The defaults.
        package init() {}
    }

    private let configuration: Configuration
    private let hashing: RowHashing
    private let time: MonotonicTime
    private let logger: Logger
    private let observe: (@Sendable (PasswordCheck) -> Void)?
    private let key = DigestKey()
    private let cache: VerifyCache
    private let limiter: GuessLimiter
    private let accounts: DigestTable<AccountMemory>
    private let counts = Mutex(VerifyCacheStatistics())
    let flights: HashFlights

    /// Makes a verifier with an empty cache and a key of its own.
    ///
    /// - Parameters:
    ///   - checker: Computes the hashes.
    ///   - known: The networks of accounts, made for the same limits and when this is; nil: those of this process.
    ///   - shared: Who counts guesses together with other servers; nil: this one counts by itself.
    ///   - clock: For lifetimes and windows; the deadline is the hashing threads' to keep.
    ///   - logger: Gets broken rows (warning), reached guess limits and a key that cannot be locked (notice).
    ///   - observe: Told of each password that was checked, for metrics; must be quick.
    package init(
        _ configuration: Configuration = Configuration(), checker: any HashChecker, known: KnownNetworks? = nil,
        shared: SharedGuesses? = nil, clock: some Clock<Duration> = ContinuousClock(), logger: Logger,
        observe: (@Sendable (PasswordCheck) -> Void)? = nil
    ) {
        self.observe = observe
        self.configuration = configuration
        hashing = RowHashing(checker: checker, limits: configuration.costLimits, logger: logger)
        self.logger = logger
        flights = HashFlights(capacity: configuration.sharing)
        time = MonotonicTime(clock)
        cache = VerifyCache(
            key: key, matchLifetime: configuration.matchLifetime, mismatchLifetime: configuration.mismatchLifetime,
            capacity: configuration.cacheCapacity)
        let limits = configuration.guessLimits
        limiter = GuessLimiter(
            limits, key: key,
            known: known ?? KnownNetworks(limits, start: Timestamp(milliseconds: 0), logger: logger), shared: shared)
        accounts = DigestTable(capacity: configuration.accountCapacity, lifetime: .seconds(90 * 86_400))
        if !key.isLocked { logger.notice("the verify cache's key could not be locked in memory: see RLIMIT_MEMLOCK") }
    }

    /// What the verify cache was asked so far.
    package var statistics: VerifyCacheStatistics {
        var result = counts.withLock { $0 }
        result.entries = cache.count
        return result
    }

    /// What one call is about.
    private struct Login {
        let password: Password
        let attempt: LoginAttempt
        let origin: GuessOrigin
        /// The account's name as a row spells it.
        let name: String
        let account: Digest
        /// Stands for the client's address.
        var client: Int { attempt.address.hashValue }
    }

    /// Checks a password against an account's rows.
    package func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt, origin: GuessOrigin
    ) async throws(PasswordVerifierError) -> AppPassword? {
        guard !password.bytes.isEmpty, !password.bytes.contains(0),
            let first = rows.min(by: { $0.id < $1.id })
        else { return nil }
        let start = ContinuousClock.now
        let login = Login(
            password: password, attempt: attempt, origin: origin, name: first.uid,
            account: key.digest(.account) { $0.add(first.uid) })
        func note(_ path: PasswordCheck.Path, _ row: AppPassword?) {
            let scheme = HashScheme(stored: (row ?? first).storedHash)
            observe?(PasswordCheck(scheme: scheme, path: path, duration: .now - start))
        }
        do throws(PasswordVerifierError) {
            let (row, path) = try await find(login, in: rows)
            note(path, row)
            return row
        } catch {
            if error == .tooManyGuesses { note(.limit, nil) }
            throw error
        }
    }

    /// Finds the row, and says how.
    private func find(
        _ login: Login, in rows: [AppPassword]
    ) async throws(PasswordVerifierError) -> (AppPassword?, PasswordCheck.Path) {
        let deadline = ContinuousClock.now + configuration.deadline
        var search = search(for: login, in: rows)
        let known = search.best
        var digest: Digest?
        var guess: (made: GuessLimiter.Guess, isCounted: Bool)?
        if known == nil {
            let now = time.now()
            let ofRows = cache.digest(login.password, rows)
            if let mismatch = cache.mismatch(ofRows, at: now) {
                counts.withLock { $0.knownMismatches += 1 }
                if mismatch == .ofThoseChecked { throw .overloaded }
                return (nil, .cache)
            }
            let new = limiter.guess(login.password, account: login.name, from: login.origin)
            switch await limiter.admitShared(new, at: now) {
            case .admitted: guess = (new, true)
            case .repeated: guess = (new, false)
            case .refused(let limit, let isFirst):
                refuse(new, login.attempt, limit, isFirst: isFirst)
                throw .tooManyGuesses
            }
            digest = ofRows
        }
        let hashes = hashing.openHashes(&search)
        counts.withLock { if known != nil, hashes.isEmpty { $0.hits += 1 } else { $0.misses += 1 } }
        var leads = false
        if !hashes.isEmpty {
            let flight = digest ?? cache.digest(login.password, rows)
            digest = flight
            let turn = await flights.join(flight)
            do throws(PasswordVerifierError) {
                switch turn {
                case .lead:
                    leads = true
                    // Who led before may have ended since the cache was looked at.
                    if known == nil, let mismatch = cache.mismatch(flight, at: time.now()) {
                        counts.withLock { $0.knownMismatches += 1 }
                        if mismatch == .ofThoseChecked { throw .overloaded }
                        flights.pass(on: flight)
                        return (nil, .cache)
                    }
                case .found(let findings): search.adopt(findings)
                case .full: throw .overloaded
                }
                search = try await hashing.run(login.password, hashes, search, by: deadline)
            } catch {
                // Before the next one goes on: what that finds to be wrong counts.
                if let guess, guess.isCounted { limiter.takeBack(guess.made, at: time.now()) }
                if leads { flights.pass(on: flight) }
                throw error
            }
        }
        // After the cache has it, so that nobody who comes then hashes it again.
        defer { if leads, let digest { flights.finish(digest, search.findings) } }
        let row = try conclude(login, search, known: known, guess: guess?.made, digest: digest)
        return (row, hashes.isEmpty ? .cache : .hash)
    }

    /// What earlier logins and the verify cache know.
    private func search(for login: Login, in rows: [AppPassword]) -> RowSearch {
        let now = time.now()
        let limits = configuration.costLimits
        let length = login.password.bytes.count
        var search = RowSearch(rows, memory: accounts.value(for: login.account, at: now), client: login.client) {
            (try? StoredHash(rows[$0].storedHash, limits: limits))?.identifies(length) ?? false
        }
        for index in search.order {
            if search.needs(index), cache.knowsMatch(login.password, rows[index], at: now) {
                search.note(index, .matches)
            }
        }
        return search
    }

    /// Remembers what came out, and returns it.
    ///
    /// - Parameters:
    ///   - known: The row that the cache knew.
    ///   - guess: What the guess limits let through.
    ///   - digest: Of the password and the rows; there is one if none was known.
    /// - Throws: `.overloaded` if a row that could not be checked may be the one.
    private func conclude(
        _ login: Login, _ search: RowSearch, known: Int?, guess: GuessLimiter.Guess?, digest: Digest?
    ) throws(PasswordVerifierError) -> AppPassword? {
        let now = time.now()
        guard let best = search.best else {
            if let guess {
                // Wrong for those that could be checked is wrong enough to count.
                if search.states.contains(.refuted) {
                    limiter.failed(guess, at: now)
                } else {
                    limiter.takeBack(guess, at: now)
                }
            }
            if search.states.contains(.failed) { throw .overloaded }
            let isCertain = !search.states.contains(.uncheckable)
            if let digest { cache.rememberMismatch(digest, isCertain ? .certain : .ofThoseChecked, at: now) }
            if !isCertain { throw .overloaded }
            return nil
        }
        if best != known { cache.rememberMatch(login.password, search.rows[best], at: now) }
        let (winner, refuted) = (search.fingerprints[best], search.refuted)
        let isNews = accounts.access(login.account, at: now) { memory in
            if best == known, refuted.isEmpty, memory?.isCurrent(winner, for: login.client) ?? false {
                return (false, false)
            }
            var changed = memory ?? AccountMemory()
            changed.remember(winner, refuted: refuted, of: search.byPrecedence, from: login.client)
            memory = changed
            return (true, true)
        }
        let row = search.rows[best]
        if row.isDeleted || (isNews || guess != nil) && row.hasEnded {
            // No wrong guess, but whoever tries a revoked password, or one that has ended, makes no network known.
            if let guess { limiter.takeBack(guess, at: now) }
        } else if isNews {
            let guess = guess ?? limiter.guess(login.password, account: login.name, from: login.origin)
            limiter.succeeded(guess, at: now)
        }
        return row
    }

    private func refuse(_ guess: GuessLimiter.Guess, _ attempt: LoginAttempt, _ limit: GuessLimit, isFirst: Bool) {
        counts.withLock { counts in
            counts.misses += 1
            counts.refusedGuesses[limit, default: 0] += 1
        }
        guard isFirst else { return }
        logger.notice(
            "too many wrong passwords: further ones are refused unhashed",
            metadata: [
                "login.name": "\(attempt.login.visible())", "client.network": "\(guess.place)",
                "auth.limit": "\(limit.rawValue)",
            ])
    }
}
