internal import StrictJSON

/// A request whose body has arrived completely.
public struct HTTPRequest: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// The path as sent, not percent-decoded: `/auth`.
    public var path: String
    /// What follows the first `?`, not decoded; nil if there is no `?`.
    public var query: String?
    /// The header fields.
    public var headers: HTTPFields
    /// The body, at most ``HTTPLimits/maxBody`` bytes, transfer coding undone; empty if there is none.
    /// It is overwritten when the request goes, unless somebody still holds this array.
    public var body: [UInt8] { ownedBody.bytes }
    private let ownedBody: WipedBytes
    /// The client's address without port (`127.0.0.1`, `::1`); nil over a Unix socket, and when called in process.
    public var remoteAddress: String?
    /// When the head had arrived.
    package var arrived: ContinuousClock.Instant

    /// Makes a request, for tests and in-process calls.
    public init(
        _ method: HTTPMethod, _ path: String, query: String? = nil, headers: HTTPFields = HTTPFields(),
        body: consuming [UInt8] = [], remoteAddress: String? = nil, arrived: ContinuousClock.Instant = .now
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        ownedBody = WipedBytes(body)
        self.remoteAddress = remoteAddress
        self.arrived = arrived
    }
}
