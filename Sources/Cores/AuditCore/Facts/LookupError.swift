/// Why a fact could not be had.
public struct LookupError: Error, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What kind of trouble it was; open for adapters to add to.
    public struct Code: Hashable, Sendable {
        /// The words shown to operators.
        package let name: String
        /// Names a kind of trouble.
        package init(name: String) { self.name = name }

        /// No answer within the deadline.
        public static let timedOut = Code(name: "timed out")
        /// The source refused, failed or could not be reached.
        public static let unreachable = Code(name: "unreachable")
        /// The source answered something that is not its protocol.
        public static let malformed = Code(name: "malformed answer")
        /// The source asked us to come back later.
        package static let rateLimited = Code(name: "rate limited")
        /// A local file could not be read.
        package static let unreadable = Code(name: "unreadable")
        /// The settings name no source for this fact.
        package static let notConfigured = Code(name: "not configured")
        /// `lookup.offline` forbids asking.
        package static let offline = Code(name: "offline")
        /// We did not ask: we have too many lookups under way, or our own limits allow no more.
        public static let overloaded = Code(name: "overloaded")
    }

    /// The kind of trouble.
    public let code: Code
    /// Whether we are the trouble, not the source: `audit.on_overload` decides then, since whoever logs in from many networks
    /// could bring it about.
    package var isOurs: Bool { code == .overloaded }
    /// More, for operators only; may quote what a foreign server sent, escaped.
    package let detail: String

    /// Makes an error; `detail` never reaches a client.
    public init(_ code: Code, detail: String = "") { (self.code, self.detail) = (code, detail) }

    /// As ``debugDescription``, for a line that says already that the fact could not be had; no control characters.
    package var reason: String { (detail.isEmpty ? code.name : "\(code.name), \(detail)").visible(limit: 1000) }

    /// Safe to send to a client.
    public var description: String { "lookup failed: \(code.name)" }
    /// For operators.
    public var debugDescription: String { detail.isEmpty ? description : "\(description) (\(detail))" }
}
