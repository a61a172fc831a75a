internal import AuditCore
internal import Locks
internal import Whois

/// Questions under way to one kind of upstream: one at a time for each neighbourhood, whoever asks.
///
/// Those who ask about addresses of one /24 or /48 at once wait for the same flight. It asks about the first address, gives
/// the answer to all for whose addresses it holds, then asks about the first of the rest, until nobody waits. Who leaves
/// (is cancelled) ends nothing: a question that was asked is answered, and the answer kept. That our own limits refuse a
/// question is told to those who ask for the same account only. ``run()`` does the asking for
/// the life of the process; at most ``Limits/flights`` are under way and queued together, and at most ``Limits/askers``
/// wait. One more is refused at once, as overloaded.
final class Flights<Value: Sendable>: Sendable {
    /// Bounds.
    struct Limits: Sendable {
        /// Neighbourhoods asked about at once.
        var flights = 1024
        /// Lookups that wait for them.
        var askers = 4096
    }

    private struct Asker {
        /// Its identity is the asker's.
        let question: FlightQuestion
        let continuation: CheckedContinuation<FlightResult<Value>, Never>
    }

    private struct Flight {
        /// A question that nobody waits for.
        var refresh: FlightQuestion?
        var askers: [Asker] = []
        /// For those who come while it is being kept.
        var last: FlightResult<Value>?
        /// What is being asked.
        var current: FlightQuestion?
        /// Whether our own limits made a question wait before.
        var wasHeldUp = false
    }

    private struct State {
        var flights: [IPPrefix: Flight] = [:]
        var askers = 0
        var isEnded = false
    }

    private let limits: Limits
    private let upstream: any FlightUpstream<Value>
    private let keep: @Sendable (FlightResult<Value>) async -> Void
    private let state = Mutex(State())
    private let questions: AsyncStream<FlightQuestion>
    private let submit: AsyncStream<FlightQuestion>.Continuation

    /// Prepares flights.
    ///
    /// - Parameter keep: Keeps what is to be kept of an answer, after it was given to those who wait for it.
    init(
        limits: Limits = Limits(), asking upstream: any FlightUpstream<Value>,
        keepingBy keep: @escaping @Sendable (FlightResult<Value>) async -> Void
    ) {
        (self.limits, self.upstream, self.keep) = (limits, upstream, keep)
        (questions, submit) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(max(1, limits.flights)))
    }

    /// Asks about an address, or waits for the flight that does.
    ///
    /// - Returns: Unavailable if there is no room, if ``run()`` has ended or if the caller is cancelled.
    func answer(for address: IPAddress) async -> Sourced<Value> {
        // The closures below capture references only: with 128-bit numbers among more captures than registers, Swift 6.3.1
        // on x86-64 makes them return to nowhere.
        let question = FlightQuestion(address)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let result = join(Asker(question: question, continuation: continuation)) {
                    continuation.resume(returning: result)
                }
            }
        } onCancel: {
            leave(question)
        }
        return result.answer
    }

    /// Asks about an address for the cache alone, unless its neighbourhood is being asked about or there is no room.
    func refresh(_ question: FlightQuestion) {
        let unit = Reach.neighbourhood(of: question.address)
        state.withLock { state in
            guard !state.isEnded, state.flights[unit] == nil, state.flights.count < limits.flights else { return }
            state.flights[unit] = Flight(refresh: question)
            submit.yield(question)
        }
    }

    /// Asks, until the surrounding task is cancelled: then whoever still waits is told that nobody could be asked.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await question in questions { group.addTask { await self.ask(question) } }
        }
        let left = state.withLock { state in
            state.isEnded = true
            let left = state.flights.flatMap(\.value.askers)
            state.flights = [:]
            state.askers = 0
            return left
        }
        for asker in left {
            let unit = Reach.neighbourhood(of: asker.question.address)
            asker.continuation.resume(returning: FlightResult(refused: .unreachable, unit, detail: "shutting down"))
        }
    }

    /// Whether who waits for an answer about an address waits because of us: no server was asked yet, or only after our own
    /// limits had made the question wait.
    func isHeldUp(_ address: IPAddress) -> Bool {
        let unit = Reach.neighbourhood(of: address)
        return state.withLock { state in
            guard let flight = state.flights[unit] else { return true }
            return flight.wasHeldUp || flight.current?.progress != .asked
        }
    }

    /// How many flights and askers there are.
    var underWay: (flights: Int, askers: Int) { state.withLock { ($0.flights.count, $0.askers) } }

    /// Takes an asker in; returns what it is told at once instead.
    private func join(_ asker: Asker) -> FlightResult<Value>? {
        let address = asker.question.address
        let unit = Reach.neighbourhood(of: address)
        return state.withLock { state in
            // A cancellation that came first found nobody to wake.
            if Task.isCancelled { return FlightResult(refused: .timedOut, unit) }
            if state.isEnded { return FlightResult(refused: .unreachable, unit, detail: "shutting down") }
            if let last = state.flights[unit]?.last, last.reach.contains(address) { return last }
            let isNew = state.flights[unit] == nil
            guard state.askers < limits.askers, !isNew || state.flights.count < limits.flights else {
                return FlightResult(refused: .overloaded, unit)
            }
            state.askers += 1
            state.flights[unit, default: Flight()].askers.append(asker)
            if isNew { submit.yield(asker.question) }
            return nil
        }
    }

    /// Lets an asker go who was cancelled.
    private func leave(_ question: FlightQuestion) {
        let unit = Reach.neighbourhood(of: question.address)
        let asker: Asker? = state.withLock { state in
            guard let index = state.flights[unit]?.askers.firstIndex(where: { $0.question === question }) else {
                return nil
            }
            state.askers -= 1
            return state.flights[unit]?.askers.remove(at: index)
        }
        asker?.continuation.resume(returning: FlightResult(refused: .timedOut, unit))
    }

    /// Answers questions about the neighbourhood of `first`.
    private func ask(_ first: FlightQuestion) async {
        while !Task.isCancelled, let question = next(first) {
            let result = await FlightQuestion.$current.withValue(question) { await upstream.result(of: question) }
            for asker in release(result, question) { asker.continuation.resume(returning: result) }
            if !result.entries.isEmpty { await keep(result) }
        }
    }

    /// The flight's next question; nil, and no flight any more, if nobody waits.
    private func next(_ first: FlightQuestion) -> FlightQuestion? {
        let unit = Reach.neighbourhood(of: first.address)
        return state.withLock { state in
            guard var flight = state.flights[unit] else { return nil }
            guard let question = flight.refresh ?? flight.askers.first?.question else {
                state.flights[unit] = nil
                return nil
            }
            flight.refresh = nil
            if flight.current?.progress == .heldUp { flight.wasHeldUp = true }
            flight.current = question
            state.flights[unit] = flight
            return question
        }
    }

    /// Lets those go for whom an answer holds, the one whose address was asked about among them.
    private func release(_ result: FlightResult<Value>, _ question: FlightQuestion) -> [Asker] {
        let unit = Reach.neighbourhood(of: question.address)
        return state.withLock { state in
            guard var flight = state.flights[unit] else { return [] }
            let isOurs = result.answer.trouble?.isOurs ?? false
            flight.last = isOurs ? nil : result
            func holds(_ asker: Asker) -> Bool {
                if isOurs { return asker.question.account == question.account }
                return asker.question.address == question.address || result.reach.contains(asker.question.address)
            }
            let served = flight.askers.filter(holds)
            flight.askers.removeAll(where: holds)
            state.askers -= served.count
            state.flights[unit] = flight
            return served
        }
    }
}
