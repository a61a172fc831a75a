/// Why a connection was closed before a byte of a request was read.
package enum UnservedConnection: Sendable {
    /// As many connections as there may be are all being served (``HTTPLimits/maxConnections``).
    case noRoom
    /// The socket could not be accepted or prepared.
    ///
    /// - Parameter reason: For operators: `Operation not permitted (errno: 1)`.
    case notPrepared(reason: String)
    /// The client and the server did not come to speak TLS. A client that just leaves is none.
    ///
    /// - Parameter reason: For operators: `http request`, `peer did not return a certificate`.
    case handshakeFailed(reason: String)
}

/// Told of every connection that was closed before a byte of a request was read. Called on the server's event loop, so it must
/// be quick.
package typealias UnservedObserver = @Sendable (UnservedConnection) -> Void
