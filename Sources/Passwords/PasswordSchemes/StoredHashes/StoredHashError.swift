/// Why a stored hash cannot be used. Says nothing of its content, so it may be logged.
package enum StoredHashError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The scheme or its encoding is not one of ours.
    case unknownScheme
    /// A scheme of Dovecot's that needs more than the password, or that has not been in use for long.
    case unsupportedScheme
    /// The text is not what the scheme writes: truncated, too long, other characters, bad base64 or hex.
    case malformed
    /// Its parameters would cost more memory or time than ``HashCostLimits`` allow.
    case tooCostly

    /// For operators.
    package var description: String {
        switch self {
        case .unknownScheme: "unknown scheme"
        case .unsupportedScheme: "a scheme that is not supported"
        case .malformed: "malformed"
        case .tooCostly: "parameters above the limits"
        }
    }
}
