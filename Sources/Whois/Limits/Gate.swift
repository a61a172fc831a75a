internal import AuditCore

/// What is remembered of one server: how many questions it may have, whether it answers, and how fast.
struct Gate: Sendable {
    /// The state without its times: what a change of is worth a line in the log.
    enum Kind: String, Sendable { case ok, slow, down, rateLimited = "rate limited" }

    private var bucket: TokenBucket?
    private var breaker: Breaker
    /// The mean time to an answer, recent ones counting most.
    private var pace = Duration.zero
    private var isSlow = false
    private let slowness: Duration
    private var lastError: (error: LookupError, at: Duration)?
    /// When it was last asked.
    private(set) var lastAsked = Duration.zero

    /// - Parameter slowness: A mean time to the answer from which the server is called slow; it is called so until the
    ///   mean is under half of this.
    init(limit: RequestLimit?, breaker: Breaker, slowness: Duration) {
        bucket = limit.map(TokenBucket.init)
        self.breaker = breaker
        self.slowness = slowness
    }

    /// Whether it is in no trouble and has all its tokens: then forgetting it gives no server a question more.
    func isForgettable(at now: Duration) -> Bool { breaker.isForgettable(at: now) && bucket?.isFull(at: now) ?? true }

    /// Lets a question through, or says why not and for how long.
    mutating func admit(at now: Duration) -> Result<Bool, Refusal> {
        if let (reason, wait) = breaker.refusal(at: now) {
            let code: LookupError.Code = reason == .rateLimited ? .rateLimited : .unreachable
            let detail = "not asked for another \(wait.components.seconds) s"
            return .failure(Refusal(error: LookupError(code, detail: detail), wait: wait))
        }
        if let wait = bucket?.take(at: now) {
            return .failure(Refusal(error: LookupError(.rateLimited, detail: "by our own limit"), wait: wait))
        }
        lastAsked = now
        return .success(breaker.begin())
    }

    /// Notes how a question ended.
    mutating func end(
        _ outcome: Breaker.Outcome, isProbe: Bool, error: LookupError?, took duration: Duration, at now: Duration
    ) {
        breaker.end(outcome, isProbe: isProbe, at: now)
        if let error { lastError = (error, now) }
        switch outcome {
        case .abandoned, .rateLimited: return
        case .failed where error?.code != .timedOut: return
        case .answered, .failed: break
        }
        pace = pace == .zero ? duration : (pace * 3 + duration) / 4
        isSlow = pace >= (isSlow ? slowness / 2 : slowness)
    }

    /// How the server is doing.
    func state(at now: Duration) -> UpstreamStatus.State {
        switch breaker.opening(at: now) {
        case (.failing, let left)?: .down(left)
        case (.rateLimited, let left)?: .rateLimited(left)
        case nil: isSlow ? .slow : .ok
        }
    }

    /// How the server is doing, with what went wrong.
    func status(_ name: UpstreamName, at now: Duration) -> UpstreamStatus {
        UpstreamStatus(
            name: name, state: state(at: now), lastError: lastError?.error, lastErrorAge: lastError.map { now - $0.at })
    }

    /// Why a question was not let through.
    struct Refusal: Error {
        let error: LookupError
        let wait: Duration
    }
}

extension Gate.Kind {
    init(_ state: UpstreamStatus.State) {
        self =
            switch state {
            case .ok: .ok
            case .slow: .slow
            case .down: .down
            case .rateLimited: .rateLimited
            }
    }
}
