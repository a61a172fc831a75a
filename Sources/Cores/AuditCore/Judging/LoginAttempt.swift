/// A login, not yet judged: who, with what service, from where.
public struct LoginAttempt: Sendable, Equatable {
    /// The name typed.
    public var login: String
    /// `imap`, `pop3`, `smtp`, `submission`, `sieve`, …, as Dovecot names it.
    public var service: String
    /// Where it comes from; nil for a login over a local socket.
    public var address: IPAddress?
    /// When the request arrived.
    public var time: Timestamp
    /// Dovecot's session id, if it sent one.
    public var sessionID: String?
    /// The address the client connected to, as sent.
    package var localIP: String?
    /// The protocol, where it differs from the service.
    package var protocolName: String?
    /// The client's IMAP ID, if it sent one.
    package var clientID: String?
    /// The SASL mechanism: `PLAIN`, `XOAUTH2`, …
    public var mechanism: String?
    /// How the connection is protected, in Dovecot's words: `TLS`, `secured`; nil if it is not, or that is not known.
    package var secured: String?
    /// Whose password it was, where one user logs in as another.
    package var masterUser: String?
    /// The other end of the connection, as sent: a proxy's address where ``address`` is what that said.
    package var realRemoteIP: String?

    /// What every login has; the rest is set where Dovecot tells it.
    public init(login: String, service: String, address: IPAddress?, time: Timestamp) {
        self.login = login
        self.service = service
        self.address = address
        self.time = time
    }
}
