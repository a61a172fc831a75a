internal import CSHA512CryptLanes

/// The lanes of one core and the jobs in them; for one thread at a time.
///
/// Holds 125 KB. What it derives from passwords is overwritten by ``wipe()`` and before the memory is given back.
@safe final class Lanes {
    let width: Int
    private let handle: OpaquePointer
    private var jobs: [SHA512CryptJob?]

    init(_ engine: LaneEngine) {
        width = engine.width
        jobs = Array(repeating: nil, count: width)
        guard let handle = unsafe csl_create(UInt32(width)) else { fatalError("out of memory") }
        unsafe self.handle = handle
    }

    deinit { unsafe csl_destroy(handle) }

    /// Whether no lane has a job.
    var areEmpty: Bool { jobs.allSatisfy { $0 == nil } }

    /// A lane without a job.
    var free: Int? { jobs.firstIndex { $0 == nil } }

    /// Puts a job whose password is hashable into an empty lane. 5-10 us for a password of 20 bytes.
    func load(_ job: SHA512CryptJob, into lane: Int) {
        precondition(jobs[lane] == nil && job.password.isHashable)
        jobs[lane] = job
        unsafe job.password.withUnsafeBytes { password in
            unsafe csl_load(
                handle, UInt32(lane), password.baseAddress, password.count, job.hash.salt, job.hash.salt.count,
                job.hash.rounds)
        }
    }

    /// Takes out a job whose answer is no longer wanted.
    func unload(_ lane: Int) {
        jobs[lane] = nil
        unsafe csl_unload(handle, UInt32(lane))
    }

    /// Does up to 42 rounds of every job (about 25 us), and tells which lanes are done, now empty, and their answers.
    func step(_ answer: (_ lane: Int, _ matches: Bool) -> Void) {
        let done = unsafe csl_step(handle)
        for lane in 0..<width where done >> lane & 1 != 0 {
            guard let job = jobs[lane] else { continue }
            jobs[lane] = nil
            answer(lane, unsafe csl_matches(handle, UInt32(lane), job.hash.digest))
        }
    }

    /// Overwrites what was derived from passwords, and empties every lane.
    func wipe() {
        for lane in jobs.indices { jobs[lane] = nil }
        unsafe csl_wipe(handle)
    }
}
