package import AppPasswordCore
package import Logging
package import SHA512CryptLanes
import Locks

/// Checks hashes on threads of its own, as many as there are cores: `$6$` side by side in SIMD lanes where the CPU has
/// them, everything else with libcrypt and libargon2.
///
/// Jobs of different logins share the lanes. A set of lanes takes about as long as one hash of libcrypt, so several rows
/// of a user cost little more than one while there is nothing else to do, and are worth holding back when there is; see
/// ``HashOdds``. Hashes that have no lanes are checked one at a time, the likeliest first, each a turn in the queue: a
/// user with many costly rows does not keep the others waiting. At start the lanes are compared with libcrypt; should
/// they ever disagree they stay off, and that is logged.
package final class LaneHashChecker: HashChecker {
    /// How much may be under way.
    package struct Configuration: Sendable, Equatable {
        /// How many threads hash, at least one; as many as there are cores unless told otherwise.
        package var threads = HashingPool.Configuration().threads
        /// How many logins may wait for a thread or have one, at least one; further ones are refused at once. Well below the
        /// HTTP server's bound of requests in flight, so that a flood of guesses leaves room for those who need no hash.
        /// Within that, whoever would come too late for his deadline is refused at once, too.
        package var logins = 512
        /// How many hashes of one login take their turn together, at least one: an account with very many rows does not
        /// keep the others waiting.
        package var together = 32
        /// Bytes that memory-hard hashes under way may take together; one that takes more runs alone.
        package var memory = 256 << 20
        /// What runs `$6$`; nil: libcrypt.
        package var engine = LaneEngine.best

        /// The defaults.
        package init() {}
    }

    /// What computes a hash on the calling thread.
    typealias Check = @Sendable (Password, StoredHash) -> HashOutcome
    /// libcrypt's answer to a password and a setting; nil if it refuses them.
    typealias Reference = (_ password: [UInt8], _ setting: String) -> String?

    private let pool: HashingPool
    private let check: Check
    private let together: Int

    /// Compares the lanes with libcrypt (25 ms), then starts the threads.
    ///
    /// - Parameter logger: Gets a warning if the lanes disagree with libcrypt.
    package convenience init(_ configuration: Configuration = Configuration(), logger: Logger) {
        self.init(
            configuration, logger: logger,
            reference: { CryptScratch().hash($0, setting: Array($1.utf8)) },
            check: { $1.check($0, CryptScratch()) })
    }

    init(_ configuration: Configuration, logger: Logger, reference: Reference, check: @escaping Check) {
        var pool = HashingPool.Configuration()
        pool.threads = max(1, configuration.threads)
        pool.requestLimit = max(1, configuration.logins)
        pool.memoryLimit = configuration.memory
        pool.engine = configuration.engine
        if let engine = pool.engine, !engine.selfTest(against: reference) {
            logger.warning(
                "SHA-512-crypt in SIMD lanes disagrees with libcrypt and stays off",
                metadata: ["lanes": "\(engine.instructionSet.rawValue)"])
            pool.engine = nil
        }
        self.pool = HashingPool(pool)
        self.check = check
        together = max(1, configuration.together)
    }

    /// The vector instructions in use; nil: none.
    package var instructionSet: LaneEngine.InstructionSet? { pool.engine?.instructionSet }

    /// What was done so far and what waits; for `/metrics`.
    package var statistics: HashingPool.Counts { pool.counts }

    /// Ends what waits as overloaded, and returns when the threads have ended.
    package func shutDown() async { await pool.shutDown() }

    /// Checks a password against hashes, in lanes that other logins share.
    package func check(
        _ password: Password, against hashes: [StoredHash], odds: HashOdds, deadline: ContinuousClock.Instant
    ) async throws(PasswordVerifierError) -> [HashFinding] {
        let secret = SecretBytes(password.bytes)
        let jobs = hashes.map { hash in hash.sha512Crypt.map { SHA512CryptJob(password: secret, hash: $0) } }
        let chosen = choose(jobs.map { $0 != nil }, odds)
        let outcomes = OutcomeNotes()
        let work = chosen.map { index -> HashingWork in
            let hash = hashes[index]
            let check: @Sendable () -> Bool = { [check] in outcomes.note(check(password, hash), for: index) }
            guard let job = jobs[index] else { return .closure(memory: hash.memory, cost: hash.cost, check) }
            return .lane(job, otherwise: check)
        }
        let answers: [Bool?]
        do throws(HashingError) {
            answers = try await pool.run(work, until: .firstMatch, deadline: deadline)
        } catch {
            switch error {
            case .overloaded, .stopped: throw .overloaded
            case .timedOut, .cancelled: throw .timedOut
            }
        }
        return zip(chosen, answers).compactMap { index, matches in
            guard let matches else { return nil }
            return HashFinding(index: index, outcome: matches ? .match : outcomes[index] ?? .mismatch)
        }
    }

    /// Which hashes to check together now.
    private func choose(_ fitLanes: [Bool], _ odds: HashOdds) -> [Int] {
        let candidates = fitLanes.indices.filter { fitLanes[$0] }
        guard let width = pool.engine?.width, !candidates.isEmpty, odds != .onFirst || fitLanes[0] else { return [0] }
        let count =
            switch odds {
            case .onFirst: pool.isIdle ? width : 1  // a lane that others need, or one of many that go empty
            case .amongFirst: width
            case .even: candidates.count
            }
        return Array(candidates.prefix(min(count, together)))
    }
}

/// What checks came to, beyond whether the password matches.
private final class OutcomeNotes: Sendable {
    private let outcomes = Mutex<[Int: HashOutcome]>([:])

    subscript(index: Int) -> HashOutcome? { outcomes.withLock { $0[index] } }

    func note(_ outcome: HashOutcome, for index: Int) -> Bool {
        if outcome != .match { outcomes.withLock { $0[index] = outcome } }
        return outcome == .match
    }
}

extension StoredHash {
    /// The hash as the lanes know it; nil for other schemes, and for what only looks like it.
    fileprivate var sha512Crypt: SHA512CryptHash? {
        guard case .crypt(let hash) = method else { return nil }
        return SHA512CryptHash(stored: hash.text)
    }
}
