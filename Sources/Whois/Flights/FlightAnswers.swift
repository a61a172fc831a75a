internal import AuditCore

/// Whom ``Flights`` ask.
protocol FlightAnswers<Value>: Sendable {
    /// What is asked for.
    associatedtype Value: Sendable
    /// Asks an upstream, which keeps a deadline of its own and heeds cancellation.
    func landing(of question: FlightQuestion) async -> Landing<Value>
}
