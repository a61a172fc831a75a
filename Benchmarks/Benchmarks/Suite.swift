import CAllocationCounter
import Foundation

/// Runs benchmarks whose names contain the filter, prints a row for each, and checks what has a threshold.
///
/// Wall time on shared machines is noisy: synchronous operations are measured in CPU time of the process, and only ratios
/// taken in one run and allocations are held to thresholds.
final class Suite {
    struct Result {
        var nanoseconds: Double
        var allocations: Double
    }

    private let filter: String
    private let allocationThresholds: [String: Double]
    private(set) var results: [String: Result] = [:]
    private(set) var failures: [String] = []

    init(filter: String, thresholdFile: String) throws {
        self.filter = filter
        var thresholds: [String: Double] = [:]
        for line in try String(contentsOfFile: thresholdFile, encoding: .utf8).split(separator: "\n")
        where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            if fields.count == 2 { thresholds[String(fields[0])] = Double(fields[1]) }
        }
        allocationThresholds = thresholds
    }

    func wants(_ name: String) -> Bool { filter.isEmpty || name.contains(filter) }

    /// Times `body`, which is called with how many times to repeat its operation; the best of several samples counts.
    @discardableResult
    func measure(_ name: String, samples: Int = 7, seconds: Double = 0.1, _ body: (Int) throws -> Void) rethrows
        -> Result?
    {
        guard wants(name) else { return nil }
        let clock = ContinuousClock()
        var repeats = 1
        while true {  // warm up, and find how many repeats fill a sample
            let took = try clock.measure { try body(repeats) }
            if took >= .seconds(seconds) || repeats > 1 << 30 { break }
            repeats = max(repeats + 1, Int(Double(repeats) * min(10, seconds / max(1e-7, took / .seconds(1)))))
        }
        var best = Result(nanoseconds: .infinity, allocations: .infinity)
        for _ in 0..<samples {
            let before = allocation_count()
            let start = Self.processorSeconds()
            try body(repeats)
            let took = Self.processorSeconds() - start
            best.allocations = min(best.allocations, Double(allocation_count() - before) / Double(repeats))
            best.nanoseconds = min(best.nanoseconds, took * 1e9 / Double(repeats))
        }
        record(name, best)
        return best
    }

    /// CPU time the process has used so far.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// As ``measure(_:samples:seconds:_:)``, for asynchronous operations.
    @discardableResult
    func measureAsync(
        _ name: String, samples: Int = 7, repeats: Int, _ body: (Int) async throws -> Void
    ) async rethrows -> Result? {
        guard wants(name) else { return nil }
        let clock = ContinuousClock()
        try await body(repeats)
        var best = Result(nanoseconds: .infinity, allocations: .infinity)
        for _ in 0..<samples {
            let before = allocation_count()
            let start = clock.now
            try await body(repeats)
            let took = clock.now - start
            best.allocations = min(best.allocations, Double(allocation_count() - before) / Double(repeats))
            best.nanoseconds = min(best.nanoseconds, took / .seconds(1) * 1e9 / Double(repeats))
        }
        record(name, best)
        return best
    }

    /// Prints the ratio of two results of this run and fails if it is above `limit` (or, with `atLeast`, below it).
    func ratio(_ name: String, of one: String, to other: String, atMost: Double? = nil, atLeast: Double? = nil) {
        guard let a = results[one], let b = results[other] else { return }
        check(name, a.nanoseconds / b.nanoseconds, atMost: atMost, atLeast: atLeast)
    }

    /// Prints a figure and fails if it is out of bounds.
    func check(_ name: String, _ value: Double, atMost: Double? = nil, atLeast: Double? = nil) {
        var line = name.padding(toLength: 56, withPad: " ", startingAt: 0) + String(format: "%10.2f", value)
        if let atMost { line += String(format: "  (at most %.2f)", atMost) }
        if let atLeast { line += String(format: "  (at least %.2f)", atLeast) }
        print(line)
        if let atMost, value > atMost { failures.append("\(name): \(value) is more than \(atMost)") }
        if let atLeast, value < atLeast { failures.append("\(name): \(value) is less than \(atLeast)") }
    }

    private func record(_ name: String, _ result: Result) {
        results[name] = result
        let columns = String(format: "%12.0f ns %10.2f allocations", result.nanoseconds, result.allocations)
        print(name.padding(toLength: 56, withPad: " ", startingAt: 0) + columns)
        if let threshold = allocationThresholds[name], result.allocations > threshold + 0.01 {
            failures.append("\(name): \(result.allocations) allocations, threshold \(threshold)")
        }
    }
}
