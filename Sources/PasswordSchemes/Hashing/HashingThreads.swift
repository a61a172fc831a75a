public import AppPasswordCore
import Foundation

/// Checks hashes with libcrypt and libargon2 on threads of its own, one job for each login.
///
/// The threads live as long as this object. Neither the cooperative pool nor the caller is ever held up by a hash.
public final class HashingThreads: HashChecker {
    /// How much may be under way.
    public struct Configuration: Sendable {
        /// How many threads hash, at least one; as many as there are cores unless told otherwise.
        public var threads = ProcessInfo.processInfo.activeProcessorCount
        /// How many logins may wait for a thread, at least one; the next is refused at once. 256 one-row logins are 0.2-0.5 s of
        /// work for two cores.
        public var waiting = 256
        /// Bytes that memory-hard hashes under way may take together; one that takes more runs alone.
        public var memory = 256 << 20

        /// The defaults.
        public init() {}
    }

    private let queue: HashingQueue

    /// Starts the threads.
    public convenience init(_ configuration: Configuration = Configuration()) {
        self.init(configuration) { password, hash, scratch in hash.check(password, scratch) }
    }

    /// Starts threads that check hashes with `check`; each thread has a scratch space of its own.
    init(
        _ configuration: Configuration,
        check: @escaping @Sendable (Password, StoredHash, CryptScratch) -> HashOutcome
    ) {
        queue = HashingQueue(limit: max(1, configuration.waiting), memoryLimit: configuration.memory)
        for number in 0..<max(1, configuration.threads) {
            let thread = Thread { [queue] in
                let scratch = CryptScratch()
                while let job = queue.next() {
                    job.run { check($0, $1, scratch) }
                    queue.done(job)
                }
            }
            thread.name = "hashing-\(number)"
            thread.start()
        }
    }

    deinit { queue.close() }

    /// How many logins wait for a thread.
    public var waiting: Int { queue.count }

    /// Checks hashes one after the other until one matches.
    public func check(
        _ password: Password, against hashes: [StoredHash]
    ) async throws(PasswordVerifierError) -> [HashFinding] {
        let job = HashingJob(password, hashes)
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if job.start(continuation), !queue.add(job) { job.finish(.failure(.overloaded)) }
            }
        } onCancel: {
            job.finish(.failure(.timedOut))
            queue.remove(job)
        }.get()
    }
}
