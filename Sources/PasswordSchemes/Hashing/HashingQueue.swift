import AppPasswordCore
import Foundation

/// The bounded queue in front of the hashing threads: first come, first served.
///
/// Only jobs that need no memory worth counting may overtake a job that waits for memory.
///
/// `@unchecked Sendable`: everything below `condition` is touched only under it.
final class HashingQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private let limit: Int
    private let memoryLimit: Int
    private var waiting: [HashingJob] = []
    private var memoryInUse = 0
    private var isClosed = false

    /// - Parameters:
    ///   - limit: How many jobs may wait.
    ///   - memoryLimit: What the jobs under way may take together, in bytes; one that takes more runs alone.
    init(limit: Int, memoryLimit: Int) { (self.limit, self.memoryLimit) = (limit, memoryLimit) }

    /// How many jobs wait.
    var count: Int { condition.withLock { waiting.count } }

    /// Adds a job; false if there is no room.
    func add(_ job: HashingJob) -> Bool {
        condition.withLock {
            if job.isOver { return true }  // cancelled before it came here, so ``remove(_:)`` has been called already
            guard !isClosed, waiting.count < limit else { return false }
            waiting.append(job)
            condition.signal()
            return true
        }
    }

    /// Takes a job out that nobody waits for any more, so that its place is free.
    func remove(_ job: HashingJob) {
        condition.withLock {
            waiting.removeAll { $0 === job }
            condition.broadcast()
        }
    }

    /// Waits for a job that may run now; nil once the queue is closed. ``done(_:)`` must follow.
    func next() -> HashingJob? {
        condition.withLock {
            while true {
                if isClosed { return nil }
                if let index = runnable() {
                    let job = waiting.remove(at: index)
                    memoryInUse += job.memory
                    return job
                }
                condition.wait()
            }
        }
    }

    private func runnable() -> Int? {
        guard let first = waiting.first else { return nil }
        if memoryInUse == 0 || memoryInUse + first.memory <= memoryLimit { return 0 }
        return waiting.firstIndex { $0.memory == 0 }
    }

    /// Gives the job's memory back.
    func done(_ job: HashingJob) {
        guard job.memory > 0 else { return }
        condition.withLock {
            memoryInUse -= job.memory
            condition.broadcast()
        }
    }

    /// Sends the threads home; jobs that wait are ended as overloaded.
    func close() {
        let rest = condition.withLock {
            isClosed = true
            condition.broadcast()
            return waiting.take()
        }
        for job in rest { job.finish(.failure(.overloaded)) }
    }
}

extension Array {
    fileprivate mutating func take() -> [Element] {
        defer { removeAll() }
        return self
    }
}
