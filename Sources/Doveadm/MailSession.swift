/// A session of a mail server.
public struct MailSession: Sendable, Equatable {
    /// Whose it is, as Dovecot spells it.
    public var user: String
    /// `imap`, `pop3`, …
    public var service: String
    /// Where the client is.
    public var address: String?
    /// The app password that opened it; nil if the server does not say (before 2.4), and if none did.
    public var passwordID: Int64?
    /// The process that serves it.
    public var processID: String?
}
