import AppPasswordCore
import AuditCore
import CRawCrypt
import Foundation
import Logging
import PasswordSchemes

/// What a login's password check costs, known or not, beside what libcrypt alone costs on as many cores.
func passwordBenchmarks(_ suite: Suite) async throws {
    guard suite.wants("password.") else { return }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let password = Password("5KAA-2QvG-xD4v-heq3")
    let stored = try PasswordScheme.sha512Crypt.hash(password)
    let other = try PasswordScheme.sha512Crypt.hash(Password("another"))
    let row = AppPassword(id: 1, uid: "alice", storedHash: stored, isDeleted: false, created: nil)
    let twenty =
        [row]
        + (2...20).map {
            AppPassword(id: $0, uid: "alice", storedHash: other, isDeleted: false, created: nil)
        }
    let attempt = LoginAttempt(
        login: "alice", service: "imap", address: IPAddress("192.0.2.1"), time: Timestamp(milliseconds: 0))

    var configuration = HashingVerifier.Configuration()
    configuration.deadline = .seconds(60)
    let logger = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
    var libcryptOnly = LaneHashChecker.Configuration()
    libcryptOnly.engine = nil
    let threads = LaneHashChecker(libcryptOnly, logger: logger)
    let warm = HashingVerifier(configuration, checker: threads, logger: logger)
    configuration.matchLifetime = .zero
    let cold = HashingVerifier(configuration, checker: threads, logger: logger)

    try await suite.measureAsync("password.verify.warm", repeats: 20_000) { repeats in
        for _ in 0..<repeats {
            let found = try await warm.match(of: password, in: [row], attempt: attempt)
            precondition(found != nil)
        }
    }
    try await suite.measureAsync("password.verify.warm.20", repeats: 5000) { repeats in
        for _ in 0..<repeats {
            let found = try await warm.match(of: password, in: twenty, attempt: attempt)
            precondition(found?.id == 1)
        }
    }
    try await suite.measureAsync("password.verify.cold.sha512crypt", repeats: 100) { repeats in
        for _ in 0..<repeats {
            let found = try await cold.match(of: password, in: [row], attempt: attempt)
            precondition(found != nil)
        }
    }
    suite.ratio(
        "password.verify.warm: rate to the cold one", of: "password.verify.cold.sha512crypt",
        to: "password.verify.warm", atLeast: 20)

    // All that is around a hash, with one that costs 3 us (NT): digests, limits, deadline, two thread hops.
    let cheap = AppPassword(
        id: 1, uid: "alice", storedHash: "{CRYPT}$3$$8846f7eaee8fb117ad06bdd830b7586c", isDeleted: false, created: nil)
    try await suite.measureAsync("password.verify.cold.nt", repeats: 2000) { repeats in
        for _ in 0..<repeats {
            let found = try await cold.match(of: Password("password"), in: [cheap], attempt: attempt)
            precondition(found != nil)
        }
    }

    // With all cores at work, a machine does as many logins as its CPU time has room for. CPU time, unlike wall time,
    // is much the same however busy the machine is; the two are taken by many short turns.
    let text = String(stored.dropFirst("{CRYPT}".count))
    let logins = 10 * cores
    var (ours, raw) = (0.0, 0.0)
    for _ in 0..<40 {
        let start = cpuSeconds()
        DispatchQueue.concurrentPerform(iterations: cores) { _ in
            precondition(raw_crypt_matches("5KAA-2QvG-xD4v-heq3", text, Int32(logins / cores)) == 1)
        }
        let middle = cpuSeconds()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<logins {
                group.addTask {
                    let found = try await cold.match(of: password, in: [row], attempt: attempt)
                    precondition(found != nil)
                }
            }
            try await group.waitForAll()
        }
        raw += middle - start
        ours += cpuSeconds() - middle
    }
    // 0.96-0.98 on an idle machine, 0.93-0.96 on one with five times as much to do as it has cores.
    suite.check("password.verify.cold: rate to crypt_r's, by CPU time", raw / ours, atLeast: 0.9)
}

private func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
