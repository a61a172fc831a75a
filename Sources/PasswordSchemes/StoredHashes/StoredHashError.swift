/// Why a stored hash cannot be used. Says nothing of its content, so it may be logged.
public enum StoredHashError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The scheme or its encoding is not one of ours.
    case unknownScheme
    /// The text is not what the scheme writes: truncated, too long, other characters, bad base64 or hex.
    case malformed
    /// Its parameters would cost more memory or time than ``HashCostLimits`` allow.
    case tooCostly

    /// For operators.
    public var description: String {
        switch self {
        case .unknownScheme: "unknown scheme"
        case .malformed: "malformed"
        case .tooCostly: "parameters above the limits"
        }
    }
}
