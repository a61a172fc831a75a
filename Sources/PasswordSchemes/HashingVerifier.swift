public import AppPasswordCore
public import AuditCore
public import Logging
import Locks

/// Finds the row that a password belongs to: verify cache, guess limits, most likely first, hashes.
///
/// A login passes four steps and ends at the first that knows the answer:
/// 1. The verify cache knows a match, and no row that could win over it is open: no hash, no other thread.
/// 2. The verify cache knows that none of just these rows match: nil.
/// 3. A guess limit is reached: `tooManyGuesses`, without a hash.
/// 4. The rows that are still open are hashed, the likeliest first, by the checker, up to the deadline.
///
/// The answer is exact: of several rows that match, the one that ``AppPassword/precedes(_:)`` the others (see
/// `RowSearch`). A row whose hash is broken, unknown or above the cost limits is logged once, at warning, with its id,
/// and matches nothing. A password that is empty or holds a NUL matches nothing: crypt(3) would cut it there, and
/// so would Dovecot. All state is in memory, bounded and for this process, but for ``KnownNetworks``.
public final class HashingVerifier: PasswordVerifier {
    /// How a verifier behaves.
    public struct Configuration: Sendable {
        /// What one login waits for its hashes, at most.
        public var deadline: Duration = .seconds(5)
        /// `verify_cache_ttl`: how long a match is remembered; zero switches the verify cache off, mismatches too.
        public var matchLifetime: Duration = .seconds(3600)
        /// How long a mismatch is remembered.
        public var mismatchLifetime: Duration = .seconds(60)
        /// How many matches, and how many mismatches, are remembered at most (about 40 bytes each).
        public var cacheCapacity = 32_768
        /// For how many accounts the order of last success is remembered at most (up to 1.3 KB each).
        public var accountCapacity = 16_384
        /// What bounds guessing.
        public var guessLimits = GuessLimits()
        /// What bounds the cost of one stored hash.
        public var costLimits = HashCostLimits()

        /// The defaults.
        public init() {}
    }

    private let configuration: Configuration
    private let checker: any HashChecker
    private let time: MonotonicTime
    private let logger: Logger
    private let observe: (@Sendable (PasswordCheck) -> Void)?
    private let key = DigestKey()
    private let cache: VerifyCache
    private let limiter: GuessLimiter
    private let accounts: DigestTable<AccountMemory>
    private let counts = Mutex(VerifyCacheStatistics())
    private let reported = Mutex(Set<AccountMemory.Fingerprint>())

    /// Makes a verifier with an empty cache and a key of its own.
    ///
    /// - Parameters:
    ///   - checker: Computes the hashes.
    ///   - known: The networks of accounts, made for the same limits and when this is; nil: those of this process.
    ///   - clock: For lifetimes and windows; the deadline is the hashing threads' to keep.
    ///   - logger: Gets broken rows (warning), reached guess limits and a key that cannot be locked (notice).
    ///   - observe: Told of each password that was checked, for metrics; must be quick.
    public init(
        _ configuration: Configuration = Configuration(), checker: any HashChecker, known: KnownNetworks? = nil,
        clock: some Clock<Duration> = ContinuousClock(), logger: Logger,
        observe: (@Sendable (PasswordCheck) -> Void)? = nil
    ) {
        self.observe = observe
        self.configuration = configuration
        self.checker = checker
        self.logger = logger
        time = MonotonicTime(clock)
        cache = VerifyCache(
            key: key, matchLifetime: configuration.matchLifetime, mismatchLifetime: configuration.mismatchLifetime,
            capacity: configuration.cacheCapacity)
        let limits = configuration.guessLimits
        limiter = GuessLimiter(
            limits, key: key,
            known: known ?? KnownNetworks(limits, start: Timestamp(milliseconds: 0), logger: logger))
        accounts = DigestTable(capacity: configuration.accountCapacity, lifetime: .seconds(90 * 86_400))
        if !key.isLocked { logger.notice("the verify cache's key could not be locked in memory: see RLIMIT_MEMLOCK") }
    }

    /// What the verify cache was asked so far.
    public var statistics: VerifyCacheStatistics {
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
    public func match(
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
        var search = search(for: login, in: rows)
        let known = search.best
        var guess: GuessLimiter.Guess?
        if known == nil {
            let now = time.now()
            if cache.knowsMismatch(login.password, rows, at: now) {
                counts.withLock { $0.knownMismatches += 1 }
                return (nil, .cache)
            }
            let new = limiter.guess(login.password, account: login.name, from: login.origin)
            switch limiter.admit(new, at: now) {
            case .admitted: guess = new
            case .repeated: break
            case .refused(let limit, let isFirst):
                refuse(new, login.attempt, limit, isFirst: isFirst)
                throw .tooManyGuesses
            }
        }
        let hashes = openHashes(&search)
        counts.withLock { if known != nil, hashes.isEmpty { $0.hits += 1 } else { $0.misses += 1 } }
        do throws(PasswordVerifierError) {
            if !hashes.isEmpty { search = try await hash(login.password, hashes, search) }
        } catch {
            if let guess { limiter.takeBack(guess, at: time.now()) }
            throw error
        }
        return (conclude(login, search, known: known, guess: guess), hashes.isEmpty ? .cache : .hash)
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

    /// The open rows with their hashes, the likeliest first; broken ones are reported and noted.
    private func openHashes(_ search: inout RowSearch) -> [(index: Int, hash: StoredHash)] {
        var hashes: [(index: Int, hash: StoredHash)] = []
        for index in search.open {
            do throws(StoredHashError) {
                hashes.append((index, try StoredHash(search.rows[index].storedHash, limits: configuration.costLimits)))
            } catch {
                report(search.rows[index], error.description)
                search.note(index, .refuted)
            }
        }
        return hashes
    }

    /// Has the open rows hashed until none is open.
    private func hash(
        _ password: Password, _ hashes: [(index: Int, hash: StoredHash)], _ search: RowSearch
    ) async throws(PasswordVerifierError) -> RowSearch {
        let deadline = ContinuousClock.now + configuration.deadline
        var search = search
        var odds = search.open.first.map(search.isClientsLast) ?? false ? HashOdds.onFirst : .amongFirst
        while true {
            let open = hashes.filter { search.needs($0.index) }
            if open.isEmpty { return search }
            let findings = try await checker.check(password, against: open.map(\.hash), odds: odds, deadline: deadline)
            guard !findings.isEmpty else { throw .overloaded }  // a broken checker must not make this spin
            odds = odds == .onFirst && findings.count == 1 ? .amongFirst : .even
            for finding in findings {
                let index = open[finding.index].index
                switch finding.outcome {
                case .match: search.note(index, .matches)
                case .mismatch: search.note(index, .refuted)
                case .broken:
                    report(search.rows[index], "refused by the library")
                    search.note(index, .refuted)
                case .outOfMemory: throw .overloaded
                }
            }
        }
    }

    /// Remembers what came out, and returns it.
    ///
    /// - Parameters:
    ///   - known: The row that the cache knew.
    ///   - guess: What the guess limits let through and counted.
    private func conclude(
        _ login: Login, _ search: RowSearch, known: Int?, guess: GuessLimiter.Guess?
    ) -> AppPassword? {
        let now = time.now()
        guard let best = search.best else {
            cache.rememberMismatch(login.password, search.rows, at: now)
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
        if row.isDeleted {
            // No wrong guess, but whoever tries a revoked password makes no network known.
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

    /// Logs a row that cannot be used, once for each stored hash.
    private func report(_ row: AppPassword, _ reason: String) {
        let fingerprint = RowSearch.fingerprint(of: row)
        let isNew = reported.withLock { reported in
            if reported.count >= 4096 { reported.removeAll() }  // bounded; then they are logged once more
            return reported.insert(fingerprint).inserted
        }
        guard isNew else { return }
        logger.warning(
            "stored hash cannot be used", metadata: ["app_password.id": "\(row.id)", "reason": "\(reason)"])
    }
}
