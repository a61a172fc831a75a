/// How fast this machine hashes, learnt from what it has done: by how much a piece of work takes longer than its cost says,
/// which is a guess for some other machine.
struct HashingPace: Sendable {
    /// Of closures; of lane jobs, beside which others run in as much time.
    private(set) var (closure, lane) = (1.0, 1.25)

    /// Shorter pieces tell more of waking a thread than of hashing.
    private static let shortest = Duration.microseconds(200)

    /// Takes down what a closure took.
    mutating func learn(closure cost: Duration, took time: Duration) { Self.learn(cost, time, &closure) }

    /// Takes down what a lane job took, from the step it joined to its answer.
    mutating func learn(lane cost: Duration, took time: Duration) { Self.learn(cost, time, &lane) }

    /// Follows slowly, and single hiccups hardly.
    private static func learn(_ cost: Duration, _ time: Duration, _ factor: inout Double) {
        guard cost >= shortest, time > .zero else { return }
        let seen = min(max(time / cost, factor / 4), factor * 4)
        factor = min(max(factor + (seen - factor) / 16, 0.01), 100)
    }
}
