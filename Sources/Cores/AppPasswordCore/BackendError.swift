/// Why a back end (database, directory) could not do what it was asked.
public struct BackendError: Error, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What kind of trouble it was; open for adapters to add to.
    public struct Code: Hashable, Sendable {
        /// The words shown to operators.
        package let name: String
        /// Names a kind of trouble.
        package init(name: String) { self.name = name }

        /// No answer within the timeout.
        public static let timedOut = Code(name: "timed out")
        /// No connection could be had.
        public static let unreachable = Code(name: "unreachable")
        /// It answered with an error: a refused bind, a missing table or right.
        public static let refused = Code(name: "refused")
        /// Too much is under way already.
        public static let overloaded = Code(name: "overloaded")
    }

    /// Which back end: `database`, `directory`.
    package let component: String
    /// The kind of trouble.
    public let code: Code
    /// More, for operators only; never a password, hash or bind secret.
    package let detail: String
    /// More, which anybody may be told who asks `/readyz`: a path and the system's own words for it, say; no user name, no
    /// secret, and nothing that the server said.
    package let hint: String

    /// Makes an error; `detail` never reaches a client.
    public init(_ component: String, _ code: Code, detail: String = "", hint: String = "") {
        (self.component, self.code, self.detail, self.hint) = (component, code, detail, hint)
    }

    /// Safe to send to a client.
    public var description: String { "\(component) \(code.name)" }
    /// For operators.
    public var debugDescription: String { detail.isEmpty ? description : "\(description) (\(detail))" }
}
