/// Gathers facts, judges them, and writes down what happened: all that `/auth` and `/audit` share.
///
/// An immutable snapshot; a login keeps the one it started with.
public struct Auditor: Sendable {
    /// What follows from the settings.
    public struct Configuration: Sendable {
        /// The policy with its lists.
        package var policy: Policy
        /// Names of networks of our own.
        package var localNetworks: LocalNetworks
        /// What stands for the AS name of local networks.
        package var localLocationName: String
        /// Whether logins from private and local addresses leave an audit record.
        package var recordsLocal = true
        /// What one login waits for facts, at most.
        public var deadline: Duration = .milliseconds(1500)
        /// What a lookup may go on for afterwards.
        public var lookupTimeout: Duration = .seconds(10)
        /// Whom to ask.
        package var sources: FactSources
        /// Accounts that nobody uses, so that whoever does is a thief.
        package var honeypots: [NamePattern] = []
        /// Told of each judgement of a login before it is answered, and once more of one that awaits facts when these are
        /// complete; for metrics, must be quick. Not told of `explain`.
        package var judged: (@Sendable (Judgement) -> Void)?
        /// Told of each login that was let in, but of honeypots, when it has been answered and its facts are complete: with the
        /// app password, if there was one. Those of `audit.ignore_networks` are among them. Must be quick.
        package var letIn: (@Sendable (LoginAttempt, _ passwordID: Int64?, Facts) -> Void)?
        /// Told of each login, but of honeypots, of users whom nobody knows and of `audit.ignore_networks`, what it came to, when it
        /// has been answered and its facts are complete. Must be quick.
        package var cameTo: (@Sendable (LoginAttempt, _ passwordID: Int64?, Facts, LoginEnd) -> Void)?

        /// Makes a configuration with the default times.
        public init(
            policy: Policy, localNetworks: LocalNetworks, localLocationName: String, sources: FactSources
        ) {
            self.policy = policy
            self.localNetworks = localNetworks
            self.localLocationName = localLocationName
            self.sources = sources
        }
    }

    /// The settings in force.
    package let configuration: Configuration
    private let gatherer: FactGatherer
    private let trail: AuditTrail
    private let honeypots: HoneypotWatch

    /// Makes an auditor that asks through `gatherer` and records to `trail`.
    ///
    /// - Parameters:
    ///   - configuration: What is in force.
    ///   - gatherer: Asks; shared by the auditors that follow one another.
    ///   - trail: Where to.
    public init(_ configuration: Configuration, gatherer: FactGatherer, trail: AuditTrail) {
        self.init(configuration, gatherer: gatherer, trail: trail, honeypots: HoneypotWatch())
    }

    /// The same, with what is known already of uses of honeypots.
    package init(
        _ configuration: Configuration, gatherer: FactGatherer, trail: AuditTrail, honeypots: HoneypotWatch
    ) {
        self.configuration = configuration
        self.gatherer = gatherer
        self.trail = trail
        self.honeypots = honeypots
    }

    /// Starts gathering what is known of the address a login comes from.
    public func gather(for attempt: LoginAttempt) -> FactGathering {
        let facts = Facts(
            address: attempt.address, localNetworks: configuration.localNetworks,
            localLocationName: configuration.localLocationName)
        // Directories take a name in any case.
        let account = attempt.login.isEmpty ? nil : attempt.login.lowercased()
        return gatherer.start(
            facts, for: account, asking: configuration.sources, timeout: configuration.lookupTimeout)
    }

    /// Judges a login, waiting only for facts that a list in force needs, and no longer than the deadline.
    ///
    /// - Parameters:
    ///   - attempt: Who logs in.
    ///   - gathering: Its facts, from ``gather(for:)``.
    ///   - end: When the deadline is over, if it began to run before.
    public func judge(
        _ attempt: LoginAttempt, _ gathering: FactGathering, until end: ContinuousClock.Instant? = nil
    ) async -> Judgement {
        let needed = configuration.policy.factsNeeded(for: attempt, facts: gathering.facts)
        let facts = await gathering.facts(
            needing: needed, until: end ?? .now.advanced(by: configuration.deadline))
        var judgement = configuration.policy.judge(attempt, facts: facts)
        judgement.missing = MissingFacts(in: facts, waitedFor: needed)
        configuration.judged?(judgement)
        return judgement
    }

    /// Writes a login down once its facts are complete. To be called when the answer has been sent.
    ///
    /// - Parameters:
    ///   - login: What became of it.
    ///   - duration: From the request's arrival to the answer.
    public func record(_ login: PendingRecord, duration: Duration) {
        let (attempt, passwordID) = (login.attempt, login.passwordID)
        let isHoneypot = configuration.honeypots.contains { $0.matches(attempt.login) }
        if let letIn = configuration.letIn, !login.isBlocked, !isHoneypot, !login.isOfNobody {
            login.gathering.whenComplete { letIn(attempt, passwordID, $0) }
        }
        guard !login.isIgnored else { return }
        let (trail, recordsLocal) = (trail, configuration.recordsLocal)
        let (policy, judged) = (configuration.policy, configuration.judged)
        if isHoneypot, !login.isOfNobody, honeypots.isNew(attempt) {
            let reason = "a honeypot is used from a network that it was not used from before"
            trail.submit(.failure(FailureRecord(.honeypot, reason: reason, attempt: attempt, passwordID: passwordID)))
        }
        // Not every refusal was judged.
        let cameTo = isHoneypot || login.isOfNobody || ignores(attempt) ? nil : configuration.cameTo
        let end = LoginEnd(isBlocked: login.isBlocked, matched: login.matched)
        login.gathering.whenComplete { facts in
            cameTo?(attempt, login.passwordID, facts, end)
            var (matched, rule) = (login.matched, login.rule)
            if let judgement = login.unsettled, judgement.awaitsFacts {
                let settled = policy.settle(judgement, attempt, facts: facts)
                judged?(settled)
                (matched, rule) = (settled.matched, settled.rule)
            }
            guard recordsLocal || !(facts.isPrivate || facts.localNetwork != nil) else { return }
            var record = AuditRecord(
                attempt: attempt, passwordID: passwordID, facts: facts, isBlocked: login.isBlocked, matched: matched,
                rule: rule, duration: duration, missing: login.missing)
            record.isHoneypot = isHoneypot
            record.isOfNobody = login.isOfNobody
            record.limit = login.limit
            trail.submit(record)
        }
    }

    /// Whether `audit.ignore_networks` holds the address.
    package func ignores(_ attempt: LoginAttempt) -> Bool {
        guard let address = attempt.address else { return false }
        return configuration.policy.ignoreNetworks.contains(address)
    }
}

extension Verdict {
    /// Whether the login goes on.
    public var isAllowed: Bool {
        switch self {
        case .allow, .wouldDeny: true
        case .deny, .tryLater: false
        }
    }

    /// What was matched, for the records; also in watch mode.
    package var matched: String? { isUndecided ? "unknown" : denial?.matched }
}
