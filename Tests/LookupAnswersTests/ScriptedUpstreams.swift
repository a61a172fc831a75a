import AuditCore
import Locks

@testable import LookupAnswers
@testable import Whois

/// Upstreams that answer from a table, when they are let to, and note what they are asked.
final class ScriptedUpstreams: NetworkUpstream, OriginUpstream {
    private struct State {
        var networks: [IPAddress: Upstream<NetworkAnswer>] = [:]
        var origins: [IPAddress: Upstream<OriginAnswer>] = [:]
        var names: [UInt32: Fact<String>] = [:]
        var asked: [IPAddress] = []
        var askedNames: [UInt32] = []
        var isSilent = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Addresses in the order in which they were asked about.
    var asked: [String] { state.withLock { $0.asked.map(\.description) } }
    /// AS numbers whose names were asked for.
    var askedNames: [UInt32] { state.withLock { $0.askedNames } }

    func answer(_ address: String, _ answer: Upstream<NetworkAnswer>) {
        state.withLock { $0.networks[parsed(address)] = answer }
    }
    func answer(_ address: String, _ answer: Upstream<OriginAnswer>) {
        state.withLock { $0.origins[parsed(address)] = answer }
    }
    func name(_ number: UInt32, _ name: String?) { state.withLock { $0.names[number] = name.map(Fact.known) } }
    func name(_ number: UInt32, failing error: LookupError) {
        state.withLock { $0.names[number] = .unavailable(error) }
    }

    /// Lets questions wait until ``speak()``, or until they are cancelled.
    func fallSilent() { state.withLock { $0.isSilent = true } }

    /// Answers all that waits, and what comes.
    func speak() {
        let waiting = state.withLock { state in
            state.isSilent = false
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func waitUntilAsked(_ count: Int) async { while asked.count < count { await Task.yield() } }

    func network(of address: IPAddress) async -> Upstream<NetworkAnswer> {
        await pass(address)
        return state.withLock { $0.networks[address] } ?? Upstream(.unavailable(LookupError(.timedOut)), source: .rdap)
    }

    func origin(of address: IPAddress) async -> Upstream<OriginAnswer> {
        await pass(address)
        return state.withLock { $0.origins[address] }
            ?? Upstream(.unavailable(LookupError(.timedOut)), source: .cymruDNS)
    }

    func name(ofAS number: UInt32) async -> Fact<String> {
        state.withLock { state in
            state.askedNames.append(number)
            return state.names[number] ?? .absent
        }
    }

    private func pass(_ address: IPAddress) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    state.asked.append(address)
                    if state.isSilent, !Task.isCancelled {
                        state.waiting.append(continuation)
                        return false
                    }
                    return true
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            speak()
        }
    }
}

extension NetworkAnswer {
    /// A network named like its block.
    init(_ block: String, isLeaf: Bool = true) {
        self.init(
            facts: NetworkFacts(name: "NET-\(block)", country: "NL", cidr: block, entities: ["A-1"]),
            blocks: [IPPrefix(block)].compactMap(\.self), isLeaf: isLeaf)
    }
}

extension Upstream<NetworkAnswer> {
    static func network(_ block: String, isLeaf: Bool = true) -> Upstream {
        Upstream(.known(NetworkAnswer(block, isLeaf: isLeaf)), source: .rdap)
    }
}

extension Upstream<OriginAnswer> {
    static func origin(_ prefix: String, _ numbers: [UInt32], name: String? = nil) -> Upstream {
        let facts = OriginFacts(asNumbers: numbers, prefix: prefix, country: "NL", asName: name)
        return Upstream(.known(OriginAnswer(facts: facts, prefix: IPPrefix(prefix))), source: .cymruDNS)
    }
}

/// By text: closures that capture many 128-bit numbers crash when they are asynchronous (Swift 6.3.1, x86-64).
extension Lookup {
    func fact(about address: String) async -> Sourced<Value> { await fact(about: parsed(address)) }
}

/// An address that a test has written down.
private func parsed(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
}
