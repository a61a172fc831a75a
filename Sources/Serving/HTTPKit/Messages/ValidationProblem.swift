internal import StrictJSON

/// What is wrong with one member of a body, in FastAPI's shape; it never holds what was sent there, which may be a
/// password.
public struct ValidationProblem: Hashable, Sendable {
    /// Where: `["body", "remote_ip"]`.
    public var location: [String]
    /// For people: `Field required`.
    public var message: String
    /// For programs: `missing`.
    public var type: String

    /// Names a problem; the words must not quote what was sent.
    public init(location: [String], message: String, type: String) {
        self.location = location
        self.message = message
        self.type = type
    }

    func write(into object: inout JSONText.Object) {
        object.array("loc", location)
        object.member("msg", message)
        object.member("type", type)
    }
}
