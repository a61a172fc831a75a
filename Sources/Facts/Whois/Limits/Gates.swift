package import AuditCore
internal import Locks
internal import Logging

/// Keeps our manners towards every server we ask: its rate, its wish for a pause, and no questions to one that is down.
///
/// At most `most` servers are remembered. For one more, the one not asked for longest is forgotten, if it is in no
/// trouble and has had no question lately; else the question is refused (`overloaded`).
final class Gates: Sendable {
    private let clock: MonotonicTime
    private let breaker: Breaker.Limits
    private let slowness: Duration
    private let most: Int
    private let tokens: (any SharedTokens)?
    private let logger: Logger
    private let gates = Mutex<[UpstreamName: Gate]>([:])

    /// - Parameters:
    ///   - slowness: A mean time to the answer from which a server is called slow.
    ///   - tokens: Where other servers take theirs, too; nil: nowhere.
    init(
        clock: MonotonicTime, breaker: Breaker.Limits = .init(), slowness: Duration, most: Int = 256,
        tokens: (any SharedTokens)? = nil, logger: Logger
    ) {
        self.tokens = tokens
        self.clock = clock
        self.breaker = breaker
        self.slowness = slowness
        self.most = most
        self.logger = logger
    }

    /// Every server that was asked, in alphabetical order, and how it is doing.
    var statuses: [UpstreamStatus] {
        let now = clock.now()
        return gates.withLock { gates in gates.map { $1.status($0, at: now) } }
            .sorted { $0.name.description < $1.name.description }
    }

    /// Asks a server one question, if that may be.
    ///
    /// - Parameters:
    ///   - name: The server.
    ///   - limit: How often it may be asked; nil for as often as we like. What the first question says stays.
    ///   - deadline: When to give the question up: the server is then said to have failed.
    ///   - isPatient: Whether to wait for the limit, if it allows the question before the deadline. Who waits is known to
    ///     be held up (``FlightQuestion/Progress/heldUp``).
    ///   - question: Asks; ends at once when it is cancelled.
    /// - Returns: The answer; `.unavailable` with `rateLimited` or `unreachable` for a server that must be left alone, with
    ///   `overloaded` for our own limit, both at once and with the time to wait; with `timedOut` by the deadline, and as
    ///   soon as the task is cancelled.
    func ask<Answer: Sendable>(
        _ name: UpstreamName, limit: RequestLimit?, by deadline: Duration, isPatient: Bool = true,
        _ question: @escaping @Sendable () async -> Upstream<Answer>
    ) async -> Upstream<Answer> {
        let isProbe: Bool
        do throws(Gate.Refusal) {
            isProbe = try await admit(name, limit, by: deadline, isPatient: isPatient)
        } catch {
            return Upstream(.unavailable(error.error), source: name.source, retryAfter: error.wait)
        }
        let start = clock.now()
        let answer =
            await clock.result(of: question, by: deadline)
            ?? Upstream(.unavailable(LookupError(.timedOut)), source: name.source)
        end(name, Self.outcome(of: answer), isProbe: isProbe, answer.fact.error, since: start)
        return answer
    }

    /// What an answer says of the server. If the task was cancelled, or we were too busy to ask, nothing. That another
    /// registry knows is an answer, and so is one that makes no sense: it is about one object, and a few clients from there
    /// would have a server in good health left alone.
    private static func outcome(of answer: Upstream<some Sendable>) -> Breaker.Outcome {
        guard let error = answer.fact.error, ![.registeredElsewhere, .malformed].contains(error.code) else {
            return .answered
        }
        if Task.isCancelled || error.isOurs { return .abandoned }
        return error.code == .rateLimited ? .rateLimited(answer.retryAfter ?? RetryAfter.unstated) : .failed
    }

    /// Waits until a question may be asked.
    ///
    /// - Returns: Whether it is a probe.
    private func admit(
        _ name: UpstreamName, _ limit: RequestLimit?, by deadline: Duration, isPatient: Bool
    ) async throws(Gate.Refusal) -> Bool {
        let now = clock.now()
        let question = FlightQuestion.current
        let moment = isPatient ? deadline : now
        var wait = try take(name, limit, for: question?.account, at: now, by: moment).get()
        if let limit, let tokens {
            // Ten servers ask as one. Where that cannot be known, each keeps to its own limit.
            switch await tokens.take("\(name.source):\(name.host)", limit, within: max(.zero, moment - now)) {
            case .given(let shared)? where now + shared <= max(now, moment): wait = max(wait, shared)
            // One that comes too late is none, whoever says so.
            case .given(let shared)?, .refused(let shared)?:
                throw Gate.Refusal(error: LookupError(.overloaded, detail: "by the limit of all servers"), wait: shared)
            case nil: break
            }
        }
        if wait > .zero {
            question?.holdUp()
            do { try await clock.sleep(until: now + wait) } catch {
                throw Gate.Refusal(error: LookupError(.timedOut, detail: "cancelled"), wait: .zero)
            }
        }
        let begun = gates.withLock { gates in gates[name]?.begin(at: clock.now()) ?? .success(false) }
        let isProbe = try begun.get()
        question?.ask()
        return isProbe
    }

    private func take(
        _ name: UpstreamName, _ limit: RequestLimit?, for account: String?, at now: Duration, by moment: Duration
    ) -> Result<Duration, Gate.Refusal> {
        gates.withLock { gates in
            if gates[name] == nil {
                if gates.count >= most {
                    let idle = gates.filter { $1.isForgettable(at: now) }
                    guard let (oldest, _) = idle.min(by: { $0.value.lastAsked < $1.value.lastAsked }) else {
                        let error = LookupError(.overloaded, detail: "too many servers")
                        return .failure(Gate.Refusal(error: error, wait: .seconds(1)))
                    }
                    gates[oldest] = nil
                }
                gates[name] = Gate(limit: limit, breaker: Breaker(breaker), slowness: slowness)
            }
            return gates[name]?.admit(for: account, at: now, by: moment) ?? .success(.zero)
        }
    }

    /// Notes how a question ended, and says so in the log if that changed how the server is doing.
    private func end(
        _ name: UpstreamName, _ outcome: Breaker.Outcome, isProbe: Bool, _ error: LookupError?, since start: Duration
    ) {
        let now = clock.now()
        let change: (old: Gate.Kind, new: UpstreamStatus)? = gates.withLock { gates in
            guard var gate = gates[name] else { return nil }  // forgotten while it was asked
            let old = Gate.Kind(gate.state(at: now))
            gate.end(outcome, isProbe: isProbe, error: error, took: now - start, at: now)
            gates[name] = gate
            return (old, gate.status(name, at: now))
        }
        guard let change, Gate.Kind(change.new.state) != change.old else { return }
        var metadata: Logger.Metadata = [
            "lookup.source": "\(name.source)", "lookup.server": "\(name.host.visible())",
            "lookup.state": "\(Gate.Kind(change.new.state).rawValue)", "lookup.state.before": "\(change.old.rawValue)",
        ]
        if let error { metadata["error"] = "\(error.debugDescription)" }
        switch change.new.state {
        case .ok: logger.notice("an upstream answers again", metadata: metadata)
        case .slow: logger.notice("an upstream is slow", metadata: metadata)
        case .down(let left):
            metadata["lookup.retry.s"] = "\(left.components.seconds)"
            logger.warning("an upstream is down", metadata: metadata)
        case .rateLimited(let left):
            metadata["lookup.retry.s"] = "\(left.components.seconds)"
            logger.warning("an upstream asks us to wait", metadata: metadata)
        }
    }
}

extension Fact {
    /// Why it could not be had, if so.
    package var error: LookupError? { if case .unavailable(let error) = self { error } else { nil } }
}
