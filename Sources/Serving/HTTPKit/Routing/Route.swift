/// One method on one path, and what answers it.
public struct Route: Sendable {
    /// Answers a request. It should end soon after it is cancelled: at the request deadline, and when the server's
    /// grace period is over.
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// Who may ask.
    public enum Access: Sendable, Hashable {
        /// Everybody.
        case open
        /// Those with the token, if there is one; others get this refusal.
        case token(refusal: Refusal)
    }

    /// How a missing or wrong token is answered.
    public enum Refusal: Sendable, Hashable {
        /// 400, for clients that take 401 for an answer about the login they ask about.
        case badRequest
        /// 401 with `WWW-Authenticate: Bearer`.
        case unauthorized
    }

    /// Whether ``HTTPLimits/maxInFlight`` holds for a route.
    public enum Load: Sendable, Hashable {
        /// It counts, and is refused with 503 when too much is in flight.
        case counted
        /// It does not count: health and metrics must answer under load.
        case exempt
    }

    /// The method; GET answers HEAD too.
    package var method: HTTPMethod
    /// The whole path, compared byte for byte: `/auth/` is another one.
    package var path: String
    /// Who may ask.
    package var access: Access
    /// Whether the in-flight limit holds.
    package var load: Load
    /// Answers.
    package var handler: Handler

    /// Serves a method at a path. Unless said otherwise it wants the token, and counts among the requests in flight.
    public init(
        _ method: HTTPMethod, _ path: String, access: Access = .token(refusal: .unauthorized), load: Load = .counted,
        handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.load = load
        self.handler = handler
    }
}
