internal import CSHA512CryptLanes

/// Checks several SHA-512-crypt hashes side by side on one core, one in each 64-bit lane of its vector registers.
///
/// A full set of lanes takes about as long as one to one and a half hashes of libcrypt, and so does a single job: the
/// gain is in filling the lanes, which ``HashingPool`` does across logins. Passwords, salts and numbers of rounds may
/// differ from lane to lane; the work per round is that of the longest message among them.
package struct LaneEngine: Sendable, Hashable {
    /// The vector instructions it uses.
    package enum InstructionSet: String, CaseIterable, Sendable {
        /// 4 lanes.
        case avx2
        /// 8 lanes; AVX-512F is all it needs.
        case avx512
    }

    /// The vector instructions it uses.
    package let instructionSet: InstructionSet

    /// How many jobs run side by side: 4 or 8.
    package var width: Int { instructionSet.width }

    /// An engine for one set of instructions; nil if this CPU or operating system does not have them.
    package init?(_ instructionSet: InstructionSet) {
        guard csl_supported(UInt32(instructionSet.width)) else { return nil }
        self.instructionSet = instructionSet
    }

    /// The widest engine there is here; nil on a CPU without AVX2 and on other architectures: use libcrypt.
    package static let best = LaneEngine(.avx512) ?? LaneEngine(.avx2)

    /// Checks jobs, as many side by side as fit; a job that is done makes room for the next.
    ///
    /// - Returns: For each job what `crypt_rn(password, hash) == hash` would say; see ``SHA512CryptJob`` for NUL.
    /// - Complexity: On the caller's thread, about 2.5 ms for each ``width`` jobs of 5000 rounds. 125 KB of memory.
    package func verify(_ jobs: [SHA512CryptJob]) -> [Bool] {
        var results = Array(repeating: false, count: jobs.count)
        var waiting = jobs.indices.filter { jobs[$0].password.isHashable }[...]
        var inLane = Array(repeating: 0, count: width)
        let lanes = Lanes(self)
        while true {
            while let lane = lanes.free, let next = waiting.popFirst() {
                lanes.load(jobs[next], into: lane)
                inLane[lane] = next
            }
            if lanes.areEmpty { return results }
            lanes.step { lane, matches in results[inLane[lane]] = matches }
        }
    }
}

extension LaneEngine.InstructionSet {
    fileprivate var width: Int {
        switch self {
        case .avx2: 4
        case .avx512: 8
        }
    }
}
