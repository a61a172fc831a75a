import AuditCore
import Foundation
import PythonRegex

/// Pattern lists of the kinds administrators write, asked about names that were never seen before.
///
/// Bounds are held against CPU time of this thread: other work on the machine does not count.
func patternBenchmarks(_ suite: Suite) {
    let names = (0..<20_000).map(unseenName)
    var microseconds: [Int: Double] = [:]
    for size in [10, 1_000, 10_000] {
        let name = "patterns.unseen-name.\(size)"
        guard suite.wants(name) else { continue }
        let set = PCRE2PatternEngine().compile(adminPatterns(size), matching: .full) { _ in }.set
        suite.measure(name) { repeats in
            for repeated in 0..<repeats {
                precondition(set.firstMatch(in: names[repeated % names.count]) == nil)
            }
        }
        let best =
            (0..<20).map { _ in
                cpuSeconds { for name in names { precondition(set.firstMatch(in: name) == nil) } }
            }.min() ?? .infinity
        microseconds[size] = best * 1e6 / Double(names.count)
        suite.check("\(name) us of CPU", microseconds[size] ?? 0, atMost: size == 10 ? 0.5 : 5)
    }
    if let few = microseconds[10], let many = microseconds[10_000] {
        suite.check("patterns.unseen-name 10000:10", many / few, atMost: 4)
    }

    let name = "patterns.compile.10000"
    guard suite.wants(name) else { return }
    let lines = adminPatterns(10_000)
    suite.measure(name, samples: 3) { repeats in
        for _ in 0..<repeats {
            precondition(PCRE2PatternEngine().compile(lines, matching: .full) { _ in }.problems.isEmpty)
        }
    }
    let before = residentBytes()
    var kept: [PatternCompilation] = []
    let seconds = (0..<4).map { _ in
        cpuSeconds { kept.append(PCRE2PatternEngine().compile(lines, matching: .full) { _ in }) }
    }
    let used = Double(residentBytes() - before) / Double(kept.count) / 1_048_576
    suite.check("\(name) s of CPU", seconds.min() ?? .infinity, atMost: 1)
    suite.check("\(name) MiB", withExtendedLifetime(kept) { used }, atMost: 64)
}

private func cpuSeconds(_ body: () -> Void) -> Double {
    var start = timespec()
    var end = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
    body()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
    return Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) / 1e9
}

/// A list of this many patterns, all different.
private func adminPatterns(_ count: Int) -> [PatternLine] {
    let regions = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1", "sa-east-1"]
    return (0..<count).map { number in
        let text =
            switch number % 10 {
            case 0: #".*\.compute-\#(number)\.amazonaws\.com"#
            case 1: #"ec2-\d*-\d*-\#(number)-.*"#
            case 2: ".*LINODE\(number).*"
            case 3: "DTAG-\(number)-.*"
            case 4: "host\(number).example.net"
            case 5: #"ec2-\d+-\#(number)-\d+\.\#(regions[number / 10 % regions.count])\.compute\.amazonaws\.com"#
            case 6: #".*\.pool-\#(number)\.dynamic\.example\.org"#
            case 7: #"(?i).*hetzner\#(number)\..*"#
            case 8: #"(static|dynamic)-\#(number)-[a-z]+\.t-ipconnect\.de"#
            default: #"vps-[0-9a-f]{8}\.\#(number)\.vps\.ovh\.net"#
            }
        return PatternLine(line: number + 1, text: text)
    }
}

/// A name of some 60 bytes that has much of what the patterns look for, and meets none.
private func unseenName(_ number: Int) -> String {
    let (a, b, c) = (number % 251, number / 7 % 241, number / 3 % 199)
    return switch number % 4 {
    case 0: "ec2-\(a)-x\(b)-\(c)-\(number).eu-west-1.compute.internal.amazonaws.com"
    case 1: "p\(a)x\(b)\(number).dip0.t-ipconnect.customer-\(c).access.example.de"
    case 2: "static-\(number).pool-x\(b).dynamic.example.net.cust-\(a).ovh.nets"
    default: "vps-\(String(number * 77_777, radix: 16)).\(a).customers.hetzners.linode.example.co"
    }
}

private func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
}
