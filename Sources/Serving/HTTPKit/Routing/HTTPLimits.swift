/// How much, how many and how long. Changes take effect with the next request, except where it says otherwise.
public struct HTTPLimits: Sendable, Hashable {
    /// Bytes of a body, after transfer decoding; more is 413.
    public var maxBody = 65_536
    /// Requests whose bodies arrive or whose handlers run at the same time; more is 503 at once. Routes may be exempt.
    public var maxInFlight = 1024
    /// Open connections. One more closes the one that has waited longest for its client, or is closed itself while
    /// every other is being served. Never more than half of the process's file descriptors are used.
    package var maxConnections = 4096
    /// Bytes of request target and header fields together; more is 431. For new connections.
    package var maxHeadBytes = 16_384
    /// Header fields; more is 431. For new connections.
    package var maxFields = 64
    /// Requests that may wait on a connection behind the one being served; later ones are dropped and the connection is
    /// closed when these are answered.
    package var maxPipelined = 16
    /// From the beginning of a connection to the end of its TLS handshake; then it is closed. For new connections.
    package var handshakeDeadline: Duration = .seconds(10)
    /// From the first byte of a head to its end; then 408 and the connection is closed.
    package var headDeadline: Duration = .seconds(10)
    /// From the end of the head to the end of the body; then 408 and the connection is closed.
    package var bodyDeadline: Duration = .seconds(10)
    /// From the end of the body to the answer; then the handler is cancelled and 503 is sent.
    public var requestDeadline: Duration = .seconds(30)
    /// For the client to take an answer; then the connection is closed.
    package var writeDeadline: Duration = .seconds(10)
    /// How long a connection may stay open without a request. Dovecot keeps one for each of its workers.
    public var idleTimeout: Duration = .seconds(600)
    /// How long a client may go on sending after a last answer, so that the answer is not lost to a reset (RFC 9112
    /// section 9.6).
    package var lingerTime: Duration = .seconds(2)
    /// How long a connection without a request stays open when the server is shut down: what its client sent before it could
    /// know is answered, and not lost to a reset.
    package var lastCall: Duration = .milliseconds(200)

    /// The defaults.
    public init() {}
}
