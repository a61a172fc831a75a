import CRawCrypt
import Foundation
import Synchronization

/// `swift run -c release LoginLoad PATH-OF-web-auth-server`: measures logins through the whole server over loopback and
/// prints ratios, all taken in this one run; exit 1 if one is out of bounds.
///
/// CPU time, unlike wall time, is much the same however busy the machine is: what a login costs is compared with what
/// crypt_r costs alone in CPU seconds, in many short turns.
@main
struct LoginLoad {
    static func main() throws {
        guard let program = CommandLine.arguments.dropFirst().first else { throw Failure("which web-auth-server?") }
        let directory = NSTemporaryDirectory() + "login-load-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let users = try (0..<16).map { number in
            (name: "user\(number)", password: try Server.addPassword(program, "user\(number)", in: directory))
        }
        for _ in 0..<20 { _ = try Server.addPassword(program, "twenty", in: directory) }
        var report = Report()
        let cold = try Server(program, in: directory, verifyCacheTTL: 0)
        try measureCold(cold, users, &report)
        cold.stop()
        let warm = try Server(program, in: directory, verifyCacheTTL: 3600)
        try measureWarm(warm, users, &report)
        warm.stop()
        exit(report.isGood ? 0 : 1)
    }

    typealias User = (name: String, password: String)

    /// Logins that each pay their hash.
    private static func measureCold(_ server: Server, _ users: [User], _ report: inout Report) throws {
        let port = server.port
        let one = try Client(port: port)
        var (alone, single, together, wrong) = (0.0, 0.0, 0.0, 0.0)
        let turns = 12
        for turn in 0..<turns {
            alone += cryptSeconds(repeats: 10) / 10
            // One at a time: nothing shares the lanes, libcrypt does the work.
            single += server.seconds {
                for user in users.prefix(10) { check(one.logIn(user.name, user.password, from: "198.18.0.1"), 200) }
            } / 10
            together += server.seconds {
                DispatchQueue.concurrentPerform(iterations: 32) { thread in
                    guard let client = try? Client(port: port) else { return }
                    for round in 0..<8 {
                        let user = users[(thread + round) % users.count]
                        check(client.logIn(user.name, user.password, from: "198.18.0.1"), 200)
                    }
                }
            } / 256
            wrong += server.seconds {
                for number in 0..<5 {
                    check(one.logIn("twenty", "wrong \(turn) \(number)", from: "198.18.\(8 * turn + number).1"), 401)
                }
            } / 5
        }
        report.add("crypt_r alone, ms", alone / Double(turns) * 1000)
        report.add("cold logins one at a time, rate to crypt_r's", alone / single, atLeast: 0.95)
        report.add("cold logins 32 at a time, rate to crypt_r's", alone / together, atLeast: 2.5)
        report.add("wrong password of 20, in crypt_r's", wrong / alone, atMost: cpuHas("avx512f") ? 4 : 8)
        report.coldSeconds = single / Double(turns)
    }

    /// Logins of known clients, alone and while others guess.
    private static func measureWarm(_ server: Server, _ users: [User], _ report: inout Report) throws {
        let client = try Client(port: server.port)
        for user in users { check(client.logIn(user.name, user.password, from: "198.18.0.1"), 200) }
        let warm = server.seconds {
            for number in 0..<5000 {
                let user = users[number % users.count]
                check(client.logIn(user.name, user.password, from: "198.18.0.1"), 200)
            }
        } / 5000
        report.add("warm logins, rate to the cold one", report.coldSeconds / warm, atLeast: 20)

        let quiet = try latencies(server, users)
        let flood = Flood(server)
        let loud = try latencies(server, users)
        let (rate, refused) = flood.stop()
        report.add("guesses a second", rate)
        report.add("of them refused with 503, percent", refused * 100)
        report.add("p99 of warm logins, ms", quiet[quiet.count * 99 / 100] * 1000)
        report.add("p99 of warm logins during the flood, ms", loud[loud.count * 99 / 100] * 1000)
        report.add(
            "p99 during the flood to that without", loud[loud.count * 99 / 100] / quiet[quiet.count * 99 / 100], atMost: 2)
    }

    /// What warm logins take, 500 a second for four seconds, sorted.
    private static func latencies(_ server: Server, _ users: [User]) throws -> [Double] {
        let (client, start) = (try Client(port: server.port), ContinuousClock.now)
        var result: [Double] = []
        for number in 0..<2000 {
            let due = start + .milliseconds(2 * number)
            let wait = ContinuousClock.now.duration(to: due)
            if wait > .zero { usleep(UInt32(wait / .microseconds(1))) }
            let user = users[number % users.count]
            let took = ContinuousClock().measure {
                check(client.logIn(user.name, user.password, from: "198.18.0.1"), 200)
            }
            result.append(took / .seconds(1))
        }
        return result.sorted()
    }

    static func check(_ status: Int, _ expected: Int) {
        if status != expected { fatalError("\(status) in place of \(expected)") }
    }

    /// CPU seconds of so many crypt_r.
    private static func cryptSeconds(repeats: Int32) -> Double {
        let hash = "$6$saltsaltsaltsalt$K3i0iT1f7yv3o6o4nNVdJKyPqGqgHcd2p8dKZ6oJcXIXgqGZT8Xx2pBd1uRw4oM7YJ8M8T7ZKq2lKyyvmNc9s."
        var (before, after) = (timespec(), timespec())
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        for _ in 0..<repeats { _ = raw_crypt_matches("5KAA-2QvG-xD4v-heq3", hash, 1) }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        return Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) / 1e9
    }

    private static func cpuHas(_ flag: String) -> Bool {
        let file = FileHandle(forReadingAtPath: "/proc/cpuinfo")?.readDataToEndOfFile() ?? Data()
        return String(decoding: file, as: UTF8.self).contains(" \(flag) ")
    }
}

extension Server {
    /// CPU seconds that the server spends while `body` runs.
    func seconds(_ body: () -> Void) -> Double {
        let before = processorSeconds
        body()
        return processorSeconds - before
    }
}
