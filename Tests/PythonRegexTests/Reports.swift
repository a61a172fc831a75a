import AuditCore
import Locks

/// Problems that were reported.
final class Reports: Sendable {
    private let problems = Mutex<[PatternProblem]>([])

    var all: [PatternProblem] { problems.withLock { $0 } }

    func add(_ problem: PatternProblem) { problems.withLock { $0.append(problem) } }
}
