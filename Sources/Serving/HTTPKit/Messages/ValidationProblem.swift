internal import StrictJSON

/// What is wrong with one member of a body, in FastAPI's shape; it never holds what was sent there, which may be a
/// password.
package struct ValidationProblem: Hashable, Sendable {
    /// Where: `["body", "remote_ip"]`.
    package var location: [String]
    /// For people: `Field required`.
    package var message: String
    /// For programs: `missing`.
    package var type: String

    /// Names a problem; the words must not quote what was sent.
    package init(location: [String], message: String, type: String) {
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
