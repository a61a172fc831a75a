import AppPasswordCore
package import CoreMetrics
import HTTPKit
import PrometheusMetrics

/// Counts and times requests.
package struct RequestMetrics: Sendable {
    private struct Key: Hashable {
        var endpoint: String
        var code: Int
    }

    /// What the server and its routes answer with; others count as `other`.
    private static let codes = [
        200, 307, 400, 401, 403, 404, 405, 408, 409, 410, 413, 417, 422, 431, 500, 501, 503, 505,
    ]
    /// Stands for a code that is none of these.
    private static let otherCode = 0
    /// What HTTPKit calls a path without a route.
    private static let unknownEndpoint = "unknown"

    private let requests: InstrumentTable<Key, Counter>
    private let durations: InstrumentTable<String, Timer>
    private let withoutRoom: Counter
    private let notPrepared: Counter
    private let handshakeFailed: Counter

    /// Has an instrument for each route and status.
    ///
    /// - Parameter endpoints: The paths of the routes; others count as `unknown`.
    package init(_ factory: any MetricsFactory, endpoints: [String]) {
        let endpoints = endpoints + [Self.unknownEndpoint]
        let keys = endpoints.flatMap { endpoint in
            (Self.codes + [Self.otherCode]).map { Key(endpoint: endpoint, code: $0) }
        }
        requests = InstrumentTable(keys) { key in
            let code = key.code == Self.otherCode ? "other" : "\(key.code)"
            return Counter(
                label: MetricFamily.requests.name, dimensions: [("endpoint", key.endpoint), ("code", code)],
                factory: factory)
        }
        durations = InstrumentTable(endpoints) {
            Timer(label: MetricFamily.requestDuration.name, dimensions: [("endpoint", $0)], factory: factory)
        }
        let unserved = { (reason: String) in
            Counter(label: MetricFamily.unserved.name, dimensions: [("reason", reason)], factory: factory)
        }
        (withoutRoom, notPrepared) = (unserved("no_room"), unserved("not_prepared"))
        handshakeFailed = unserved("handshake")
        let logins = ["/auth", "/audit"]
        for endpoint in logins {
            requests.prepare(PassdbOutcome.allCases.map { Key(endpoint: endpoint, code: $0.rawValue) })
        }
        durations.prepare(logins)
    }

    /// Counts a connection that was closed before a byte of a request was read.
    func unserved(_ reason: UnservedConnection) {
        switch reason {
        case .noRoom: withoutRoom.increment()
        case .notPrepared: notPrepared.increment()
        case .handshakeFailed: handshakeFailed.increment()
        }
    }

    /// Counts an answered request: a server's ``HTTPKit/RequestObserver``.
    ///
    /// - Complexity: Some 100 ns; no lock.
    @Sendable package func answered(_ route: String, _ status: Int, _ duration: Duration) {
        let endpoint = durations[route] == nil ? Self.unknownEndpoint : route
        let counter =
            requests[Key(endpoint: endpoint, code: status)]
            ?? requests[Key(endpoint: endpoint, code: Self.otherCode)]
        counter?.increment()
        durations[endpoint]?.record(duration)
    }
}

extension Timer {
    /// Records a duration.
    func record(_ duration: Duration) { recordNanoseconds(duration.nanoseconds) }
}

extension Duration {
    /// Whole nanoseconds.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
