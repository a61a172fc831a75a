/// A request method (RFC 9110 section 9); case matters.
public struct HTTPMethod: Hashable, Sendable, CustomStringConvertible {
    /// The word as sent: `POST`.
    public let name: String

    /// Names a method.
    public init(_ name: String) { self.name = name }

    /// Reads; a route for it answers HEAD too.
    public static let get = HTTPMethod("GET")
    /// As GET, without the body.
    package static let head = HTTPMethod("HEAD")
    /// Submits a body.
    public static let post = HTTPMethod("POST")

    /// The word as sent.
    public var description: String { name }
}
