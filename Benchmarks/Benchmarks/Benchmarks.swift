import Foundation

/// `swift run -c release Benchmarks [FILTER]`: runs every benchmark whose name contains FILTER; exit 1 if a
/// threshold is missed.
@main
struct Benchmarks {
    static func main() async throws {
        let suite = try Suite(
            filter: CommandLine.arguments.dropFirst().first ?? "", thresholdFile: "Benchmarks/thresholds.txt")
        addressBenchmarks(suite)
        judgingBenchmarks(suite)
        patternBenchmarks(suite)
        try geoBenchmarks(suite)
        try await lookupCacheBenchmarks(suite)
        try await httpBenchmarks(suite)
        try await passwordBenchmarks(suite)
        try await twentyPasswordBenchmarks(suite)
        try await loginLogBenchmarks(suite)
        await laneBenchmarks(suite)
        await loginBenchmarks(suite)
        metricsBenchmarks(suite)
        suite.ratio("metrics: their part of a login", of: "metrics.login", to: "auth.private.one-password", atMost: 0.4)
        await auditBenchmarks(suite)
        for failure in suite.failures { print("FAILED \(failure)") }
        if !suite.failures.isEmpty { exit(1) }
    }
}
