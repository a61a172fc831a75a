internal import AuditCore
internal import Whois

/// Whom ``Flights`` ask.
protocol FlightUpstream<Value>: Sendable {
    /// What is asked for.
    associatedtype Value: Sendable
    /// Asks an upstream, which keeps a deadline of its own and heeds cancellation.
    func result(of question: FlightQuestion) async -> FlightResult<Value>
}
