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
        // SHA-256-crypt has no lanes: each of these logins is a call of libcrypt.
        let laneless = try (0..<16).map { number in
            (
                name: "plain\(number)",
                password: try Server.addPassword(program, "plain\(number)", scheme: "SHA256-CRYPT", in: directory)
            )
        }
        for _ in 0..<20 { _ = try Server.addPassword(program, "twenty", in: directory) }
        var report = Report()
        let cold = try Server(program, in: directory, verifyCacheTTL: 0)
        try measureCold(cold, users, laneless, &report)
        cold.stop()
        let warm = try Server(program, in: directory, verifyCacheTTL: 3600)
        try measureWarm(warm, users, &report)
        warm.stop()
        exit(report.isGood ? 0 : 1)
    }

    typealias User = (name: String, password: String)

    /// Logins that each pay their hash.
    private static func measureCold(
        _ server: Server, _ users: [User], _ laneless: [User], _ report: inout Report
    ) throws {
        let port = server.port
        let one = try Client(port: port)
        var (alone, single, together, wrong) = (0.0, 0.0, 0.0, 0.0)
        var (plainAlone, plain) = (0.0, 0.0)
        let turns = 12
        for turn in 0..<turns {
            alone += cryptSeconds("$6$", repeats: 10)
            plainAlone += cryptSeconds("$5$", repeats: 10)
            // One at a time: nothing shares the lanes, libcrypt does the work.
            single +=
                server.seconds {
                    for user in users.prefix(10) { check(one.logIn(user.name, user.password, from: "198.18.0.1"), 200) }
                } / 10
            plain += server.seconds { logIn(laneless, clients: 32, times: 4, port) } / 128
            together += server.seconds { logIn(users, clients: 32, times: 8, port) } / 256
            wrong +=
                server.seconds {
                    for number in 0..<5 {
                        check(
                            one.logIn("twenty", "wrong \(turn) \(number)", from: "198.18.\(8 * turn + number).1"), 401)
                    }
                } / 5
        }
        report.add("crypt_r alone on all cores, ms", alone / Double(turns) * 1000)
        report.add("cold logins one at a time, rate to crypt_r's", alone / single)
        report.add("cold logins without lanes, rate to crypt_r's", plainAlone / plain)
        // The bound without vector units is 0.95; 2.5 is that of AVX2.
        report.add(
            "cold logins 32 at a time, rate to crypt_r's", alone / together, atLeast: cpuHas("avx2") ? 2.5 : 0.95)
        report.add("wrong password of 20, in crypt_r's", wrong / alone, atMost: cpuHas("avx512f") ? 4 : 8)
        report.coldSeconds = single / Double(turns)
    }

    /// So many clients at once, each on a connection of its own, log in so many times.
    private static func logIn(_ users: [User], clients: Int, times: Int, _ port: Int) {
        let threads = DispatchGroup()
        for number in 0..<clients {
            threads.enter()
            Thread {
                defer { threads.leave() }
                guard let client = try? Client(port: port) else { fatalError("no connection") }
                for time in 0..<times {
                    let user = users[(number + time) % users.count]
                    check(client.logIn(user.name, user.password, from: "198.18.0.1"), 200)
                }
            }.start()
        }
        threads.wait()
    }

    /// Logins of known clients, alone and while others guess.
    private static func measureWarm(_ server: Server, _ users: [User], _ report: inout Report) throws {
        let client = try Client(port: server.port)
        for user in users { check(client.logIn(user.name, user.password, from: "198.18.0.1"), 200) }
        let single = server.seconds { logIn(users, clients: 1, times: 2000, server.port) } / 2000
        report.add("warm logins one at a time, rate to the cold one", report.coldSeconds / single)
        let warm = server.seconds { logIn(users, clients: 32, times: 200, server.port) } / 6400
        report.add("warm logins 32 at a time, rate to the cold one", report.coldSeconds / warm, atLeast: 20)

        var (quiet, loud, rates, refusals) = ([Double](), [Double](), [Double](), [Double]())
        for _ in 0..<3 {
            quiet.append(try ninetyNinth(server, users))
            let flood = Flood(server)
            loud.append(try ninetyNinth(server, users))
            let (rate, refused) = flood.stop()
            rates.append(rate)
            refusals.append(refused)
        }
        report.add("guesses a second", rates.min() ?? 0)
        report.add("of them refused with 503, percent", (refusals.max() ?? 0) * 100)
        // Medians: one hiccup of the machine is as long as the figure itself.
        report.add("p99 of warm logins, ms", quiet.sorted()[1] * 1000)
        report.add("p99 of warm logins during the flood, ms", loud.sorted()[1] * 1000)
        report.add("p99 during the flood to that without", loud.sorted()[1] / quiet.sorted()[1], atMost: 2)
    }

    /// What 99 of 100 warm logins take at most, in seconds: 500 a second for four seconds.
    private static func ninetyNinth(_ server: Server, _ users: [User]) throws -> Double {
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
        return result.sorted()[result.count * 99 / 100]
    }

    static func check(_ status: Int, _ expected: Int) {
        if status != expected { fatalError("\(status) in place of \(expected)") }
    }

    /// CPU seconds of one crypt_r of a method, while every core is busy with some: two cores may share their units.
    private static func cryptSeconds(_ method: String, repeats: Int) -> Double {
        let hash = method + "saltsaltsaltsalt$"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let sum = Mutex(0.0)
        DispatchQueue.concurrentPerform(iterations: cores) { _ in
            var (before, after) = (timespec(), timespec())
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
            for _ in 0..<repeats { _ = raw_crypt_matches("5KAA-2QvG-xD4v-heq3", hash, 1) }
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
            let seconds = Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) / 1e9
            sum.withLock { $0 += seconds }
        }
        return sum.withLock { $0 } / Double(cores * repeats)
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
