import CCrypt
import Foundation
import SHA512CryptLanes

/// SHA-512-crypt as app passwords have it: 5000 rounds, 16 characters of salt, passwords of 19 characters.
///
/// The ratios say how many verifications are done with the CPU time in which libcrypt does one: the best of samples taken
/// in turn, in CPU time, so that neighbours disturb little. They are lower while the core's twin is idle: libcrypt runs
/// faster then, full lanes hardly.
func laneBenchmarks(_ suite: Suite) async {
    guard ["lanes.crypt_r.1", "lanes.verify", "lanes.pool"].contains(where: suite.wants) else { return }
    let passwords = (0..<8).map { "5KAA-2QvG-xD1v-heq\($0)" }
    let stored = passwords.map { crypt($0, "$6$saltsaltsalt\($0.suffix(1))abc$") }
    let jobs = zip(passwords, stored).compactMap { password, stored in
        SHA512CryptHash(stored).map { SHA512CryptJob(password: SecretBytes(Array(password.utf8)), hash: $0) }
    }
    precondition(jobs.count == 8, "libcrypt wrote what is no hash")
    @Sendable func cryptOnce(_ number: Int) -> Bool {
        crypt(passwords[number % 8], stored[number % 8]) == stored[number % 8]
    }

    suite.measure("lanes.crypt_r.1") { repeats in precondition((0..<repeats).allSatisfy(cryptOnce)) }
    for (set, atLeast) in [(LaneEngine.InstructionSet.avx2, 2.8), (.avx512, 5.0)] {
        guard let engine = LaneEngine(set) else { continue }
        let name = "lanes.verify.\(set.rawValue).\(engine.width)"
        let batch = Array(jobs.prefix(engine.width))
        func verifyBatch() { precondition(!engine.verify(batch).contains(false)) }
        guard suite.measure(name, { repeats in (0..<repeats).forEach { _ in verifyBatch() } }) != nil else { continue }
        var (one, batched) = (Double.infinity, Double.infinity)
        for number in 0..<100 {
            one = min(one, cpuSeconds(CLOCK_THREAD_CPUTIME_ID) { _ = cryptOnce(number) })
            batched = min(batched, cpuSeconds(CLOCK_THREAD_CPUTIME_ID, verifyBatch))
        }
        suite.check("\(name).times_crypt_r", one * Double(engine.width) / batched, atLeast: atLeast)
    }
    await poolBenchmark(suite, jobs[0]) { cryptOnce(0) }
}

/// Logins of many users at once, one hash each, through the pool.
private func poolBenchmark(_ suite: Suite, _ job: SHA512CryptJob, _ cryptOnce: @escaping @Sendable () -> Bool) async {
    let (pool, logins) = (HashingPool(), 128)
    @Sendable func logInAll(_ repeats: Int) async {
        for _ in 0..<repeats {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<logins {
                    group.addTask {
                        let deadline = ContinuousClock.now + .seconds(10)
                        return (try? await pool.run([.lane(job, otherwise: cryptOnce)], deadline: deadline)) == [true]
                    }
                }
                for await matches in group { precondition(matches) }
            }
        }
    }
    let name = "lanes.pool.\(logins)_logins"
    if await suite.measureAsync(name, repeats: 1, logInAll) != nil {
        var (one, all) = (Double.infinity, Double.infinity)
        for _ in 0..<20 {
            one = min(one, cpuSeconds(CLOCK_THREAD_CPUTIME_ID) { _ = cryptOnce() })
            let before = cpuTime(CLOCK_PROCESS_CPUTIME_ID)
            await logInAll(1)
            all = min(all, cpuTime(CLOCK_PROCESS_CPUTIME_ID) - before)
        }
        let atLeast = LaneEngine.best == nil ? nil : 2.5
        suite.check("\(name).times_crypt_r", one * Double(logins) / all, atLeast: atLeast)
    }
    await pool.shutDown()
}

/// libcrypt's answer, with memory of its own for each call, as a thread would have that hashes now and then.
private func crypt(_ password: String, _ setting: String) -> String {
    let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    defer { data.deallocate() }
    data.initialize(to: crypt_data())
    return crypt_r(password, setting, data).map { String(cString: $0) } ?? ""
}

private func cpuSeconds(_ clock: clockid_t, _ body: () -> Void) -> Double {
    let before = cpuTime(clock)
    body()
    return cpuTime(clock) - before
}

private func cpuTime(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
