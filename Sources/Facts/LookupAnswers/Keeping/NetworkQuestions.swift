internal import AuditCore
internal import Whois

/// Asks a registry, and says what is to be kept of its answer.
struct NetworkQuestions: FlightUpstream {
    let upstream: any NetworkUpstream
    let keepFor: Duration
    let now: @Sendable () -> Timestamp

    func result(of question: FlightQuestion) async -> FlightResult<NetworkFacts> {
        let found = await upstream.network(of: question.address)
        guard let answer = found.fact.value else {
            return FlightResult(nothingFrom: found, NetworkKind.self, question, at: now())
        }
        let reach = Reach.network(answer, around: question.address)
        return FlightResult(
            answer: Sourced(.known(answer.facts), source: found.source), reach: reach,
            entries: question.entries(
                NetworkKind.self, StoredForm.bytes(answer.facts, fetched: now()), reach, lifetime: keepFor))
    }
}
