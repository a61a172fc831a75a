/// Says whether a server that failed, or asked us to stay away, is worth a question yet.
///
/// Closed until too many questions in a row have failed within a while, or until the server asks for a pause; then open
/// for a while. After that one question is let through as a probe: its answer closes the breaker, its failure opens it
/// for another while. (`Locks.Circuit` is another thing: it opens at the first failure and knows no pause that
/// the server asks for.)
struct Breaker: Sendable {
    /// When it opens, and for how long.
    struct Limits: Sendable {
        /// How many failures in a row open it.
        var failures = 5
        /// Within which time they must lie.
        var window = Duration.seconds(30)
        /// How long it stays open then.
        var pause = Duration.seconds(30)
    }

    /// Why it is open.
    enum Reason: Sendable {
        /// The server failed.
        case failing
        /// The server asked for a pause.
        case rateLimited
    }

    /// How a question ended.
    enum Outcome: Sendable {
        /// With an answer.
        case answered
        /// Without one, or with one that makes no sense.
        case failed
        /// With the wish not to be asked for a while.
        case rateLimited(Duration)
        /// Nobody waited for the end: that says nothing of the server.
        case abandoned
    }

    private let limits: Limits
    /// When the last questions failed, since the last that did not; shorter than `limits.failures`.
    private var failures: [Duration] = []
    private var pause: (until: Duration, reason: Reason)?
    private var isProbing = false

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Whether what is remembered is no longer worth it: no failure, and no pause, for as long as failures count.
    func isForgettable(at now: Duration) -> Bool {
        !isProbing && failures.allSatisfy { now - $0 > limits.window }
            && pause.map { now - $0.until > limits.window } ?? true
    }

    /// Why no question may be asked now, and when to try again; nil if one may.
    func refusal(at now: Duration) -> (reason: Reason, wait: Duration)? {
        guard let pause, now < pause.until || isProbing else { return nil }
        return (pause.reason, max(pause.until - now, .seconds(1)))
    }

    /// Why it is open, and how long the pause will last, zero once a probe may be sent; nil if it is closed.
    func opening(at now: Duration) -> (reason: Reason, left: Duration)? {
        pause.map { ($0.reason, max($0.until - now, .zero)) }
    }

    /// Begins a question, which must be allowed.
    ///
    /// - Returns: Whether it is the probe; to be said when it ends.
    mutating func begin() -> Bool {
        isProbing = pause != nil
        return isProbing
    }

    /// Ends a question. What began before the breaker opened neither closes it nor keeps it open, unless the server
    /// asks for a longer pause.
    mutating func end(_ outcome: Outcome, isProbe: Bool, at now: Duration) {
        if isProbe { isProbing = false }
        switch outcome {
        case .rateLimited(let wait):
            failures = []
            pause = (max(now + wait, pause?.until ?? .zero), .rateLimited)
        case .answered where isProbe || pause == nil:
            failures = []
            pause = nil
        case .failed where isProbe:
            pause = (now + limits.pause, .failing)
        case .failed where pause == nil:
            failures.removeAll { now - $0 > limits.window }
            failures.append(now)
            guard failures.count >= limits.failures else { return }
            failures = []
            pause = (now + limits.pause, .failing)
        case .answered, .failed, .abandoned: break
        }
    }
}
