internal import AuditCore

/// What is remembered of one server: how many questions it may have, whether it answers, and how fast.
struct Gate: Sendable {
    /// The state without its times: what a change of is worth a line in the log.
    enum Kind: String, Sendable { case ok, slow, down, rateLimited = "rate limited" }

    private let limit: RequestLimit?
    private var bucket: TokenBucket?
    /// What is left to accounts of their shares; those that have all of it are left out.
    private var shares: [String: TokenBucket] = [:]
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
        self.limit = limit
        bucket = limit.map(TokenBucket.init)
        self.breaker = breaker
        self.slowness = slowness
    }

    /// Whether it is in no trouble and has all its tokens: then forgetting it gives no server a question more.
    func isForgettable(at now: Duration) -> Bool { breaker.isForgettable(at: now) && bucket?.isFull(at: now) ?? true }

    /// Takes a token for a question, also one that will be there in time only.
    ///
    /// - Parameters:
    ///   - account: For whom it is asked, who has a share and no more; nil for nobody in particular.
    ///   - moment: Until when it can wait.
    /// - Returns: How long to wait before ``begin(at:)``; or why it may not be asked, and for how long.
    mutating func admit(for account: String?, at now: Duration, by moment: Duration) -> Result<Duration, Refusal> {
        if let refusal = refusal(at: now) { return .failure(refusal) }
        guard let limit, let wait = bucket?.wait(at: now) else { return .success(.zero) }
        var share = account.map { shares[$0] ?? TokenBucket(limit.share) }
        let longer = max(wait, share?.wait(at: now) ?? .zero)
        guard longer == .zero || now + longer <= moment else {
            let whose = longer == wait ? "by our own limit" : "by our own limit for one account"
            return .failure(Refusal(error: LookupError(.overloaded, detail: whose), wait: longer))
        }
        bucket?.take(at: now)
        share?.take(at: now)
        if let account {
            if shares.count >= Self.mostShares { shares = shares.filter { !$0.value.isFull(at: now) } }
            shares[account] = share
        }
        return .success(longer)
    }

    /// How many shares are looked through for ones that are whole again: more than can be begun upon at any rate.
    private static let mostShares = 1024

    /// Begins a question for which a token was taken, or says why it may not be asked now.
    ///
    /// - Returns: Whether it is a probe.
    mutating func begin(at now: Duration) -> Result<Bool, Refusal> {
        if let refusal = refusal(at: now) { return .failure(refusal) }
        lastAsked = now
        return .success(breaker.begin())
    }

    private func refusal(at now: Duration) -> Refusal? {
        guard let (reason, wait) = breaker.refusal(at: now) else { return nil }
        let code: LookupError.Code = reason == .rateLimited ? .rateLimited : .unreachable
        return Refusal(
            error: LookupError(code, detail: "not asked for another \(wait.components.seconds) s"), wait: wait)
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
