/// Why a file of a listener's TLS cannot be used.
public struct TLSFileError: Error, Sendable, CustomStringConvertible {
    /// What a file is for.
    package enum File: Sendable {
        /// The certificate and those that lead to its authority.
        case certificate
        /// The certificate's key.
        case key
        /// The authorities of clients.
        case clientCA
    }

    /// What the file is for.
    package let file: File
    /// Its path.
    package let path: String
    /// In words, to stand behind its name: `holds no certificate in PEM form`.
    package let reason: String

    /// `/etc/ssl/mail.pem holds no certificate in PEM form`.
    public var description: String { "\(path) \(reason)" }
}
