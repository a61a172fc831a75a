import Locks

/// Asks all sources about an address side by side, and keeps each lookup going after the login it was for was answered.
///
/// ``run()`` does the asking for the life of the process. Only so many addresses are asked about at once, and a sixteenth of
/// these for one account; a login beyond that gets its asynchronous facts as unavailable (`overloaded`) at once and waits for
/// nothing.
public final class FactGatherer: Sendable {
    private final class Job: Sendable {
        let address: IPAddress
        let account: String?
        let kinds: Set<FactKind>
        let sources: FactSources
        let timeout: Duration
        let gathering: FactGathering

        init(
            _ address: IPAddress, for account: String?, _ kinds: Set<FactKind>, _ sources: FactSources,
            timeout: Duration, _ gathering: FactGathering
        ) {
            (self.address, self.account, self.kinds, self.sources) = (address, account, kinds, sources)
            (self.timeout, self.gathering) = (timeout, gathering)
        }

        /// The address whose network is asked for.
        var subject: IPAddress { address.embeddedIPv4 ?? address }
    }

    private let jobs: AsyncStream<Job>
    private let submit: AsyncStream<Job>.Continuation
    private let underWay: Mutex<GatheringRoom>
    private let givenUp = Latch()
    private let ended = Latch()

    /// Makes a gatherer; nothing is asked until ``run()`` runs.
    ///
    /// - Parameter gatherings: How many addresses are asked about at once, at most.
    public init(gatherings: Int = 1024) {
        underWay = Mutex(GatheringRoom(bound: gatherings))
        (jobs, submit) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(max(1, gatherings)))
    }

    /// Starts gathering what the sources know, beyond what `facts` holds already.
    ///
    /// Local databases answer before this returns. A private or local address is asked of reverse DNS only; special-purpose
    /// space is never asked of a registry. Of an address that wraps an IPv4 address, network, origin and place are those of
    /// the IPv4 address.
    ///
    /// - Parameters:
    ///   - facts: What follows from the address alone.
    ///   - account: Who logs in, spelled the same for all his logins; nil for nobody in particular.
    ///   - sources: Whom to ask.
    ///   - timeout: What a lookup may go on for.
    package func start(
        _ facts: Facts, for account: String? = nil, asking sources: FactSources, timeout: Duration
    ) -> FactGathering {
        guard let address = facts.address else { return FactGathering(facts: facts, pending: []) }
        let subject = address.embeddedIPv4 ?? address
        var facts = facts
        if facts.localNetwork == nil, let geo = sources.geo { facts.geo = geo.place(of: subject) }
        // What is at hand costs no task.
        var kinds: Set<FactKind> = []
        func take<Value>(_ source: (any Lookup<Value>)?, _ address: IPAddress, _ kind: FactKind) -> Sourced<Value>? {
            guard let source else { return nil }
            if let fact = source.factAtHand(about: address) { return fact }
            kinds.insert(kind)
            return nil
        }
        if let names = take(sources.reverse, address, .reverseHost) { facts.reverseHost = names }
        if facts.localNetwork == nil, facts.reserved == nil {
            if let network = take(sources.network, subject, .network) { facts.network = network }
            if let origin = take(sources.origin, subject, .origin) { facts.origin = origin }
        }
        guard !kinds.isEmpty else { return FactGathering(facts: facts, pending: []) }
        let hasRoom = underWay.withLock { $0.enter(account) }
        facts.markUnavailable(kinds, LookupError(hasRoom ? .timedOut : .overloaded))
        guard hasRoom else { return FactGathering(facts: facts, pending: []) }
        let gathering = FactGathering(facts: facts, pending: kinds) { kind in
            switch kind {
            case .reverseHost: sources.reverse?.isHeldUp(address) ?? false
            case .network: sources.network?.isHeldUp(subject) ?? false
            case .origin: sources.origin?.isHeldUp(subject) ?? false
            case .geo: false
            }
        }
        let job = Job(address, for: account, kinds, sources, timeout: timeout, gathering)
        if case .enqueued = submit.yield(job) { return gathering }
        underWay.withLock { $0.leave(account) }  // already finished: the process is shutting down
        gathering.end()
        return gathering
    }

    /// Asks, until `finish(within:)` or until the surrounding task is cancelled; what is then under way ends unanswered.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.performAll() }
            group.addTask { await self.givenUp.wait() }
            await group.next()
            group.cancelAll()
        }
        ended.open()
    }

    /// Starts nothing more, and ends ``run()`` once what is under way is answered, or the time is over.
    package func finish(within limit: Duration) async {
        submit.finish()
        await ended.wait(atMost: limit)
        givenUp.open()
        await ended.wait(atMost: .seconds(1))
    }

    private func performAll() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask {
                    await Self.perform(job)
                    self.underWay.withLock { $0.leave(job.account) }
                }
            }
        }
    }

    private static func perform(_ job: Job) async {
        let gathering = job.gathering
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await Task.sleep(for: job.timeout)
                gathering.end()  // here, for a source that does not heed cancellation
                return true
            }
            for kind in job.kinds {
                group.addTask {
                    await LookupAccount.$current.withValue(job.account) { await ask(job, kind) }
                    return false
                }
            }
            var unanswered = job.kinds.count
            while unanswered > 0, let isTimer = await group.next(), !isTimer { unanswered -= 1 }
            group.cancelAll()
        }
        gathering.end()
    }

    private static func ask(_ job: Job, _ kind: FactKind) async {
        switch kind {
        case .reverseHost:
            guard let names = await job.sources.reverse?.fact(about: job.address) else { return }
            job.gathering.resolve(kind) { $0.reverseHost = names }
        case .network:
            guard let network = await job.sources.network?.fact(about: job.subject) else { return }
            job.gathering.resolve(kind) { $0.network = network }
        case .origin:
            guard let origin = await job.sources.origin?.fact(about: job.subject) else { return }
            job.gathering.resolve(kind) { $0.origin = origin }
        case .geo: return
        }
    }
}

extension Facts {
    /// Says why facts of some kinds are not there.
    mutating func markUnavailable(_ kinds: Set<FactKind>, _ error: LookupError) {
        if kinds.contains(.reverseHost) { reverseHost = Sourced(.unavailable(error), source: .none) }
        if kinds.contains(.network) { network = Sourced(.unavailable(error), source: .none) }
        if kinds.contains(.origin) { origin = Sourced(.unavailable(error), source: .none) }
    }
}
