/// A session of a mail server.
package struct MailSession: Sendable, Equatable {
    /// Whose it is, as Dovecot spells it.
    package var user: String
    /// `imap`, `pop3`, …
    package var service: String
    /// Where the client is.
    package var address: String?
    /// The app password that opened it; nil if the server does not say (before 2.4), and if none did.
    package var passwordID: Int64?
    /// The process that serves it.
    package var processID: String?
}
