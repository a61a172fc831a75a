/// What a server does with a request: bytes are sent as they are, right or wrong.
public struct ReplayReply: Sendable {
    /// One thing it does.
    public enum Step: Sendable {
        /// Sends bytes.
        case send([UInt8])
        /// Sends these bytes again and again, until the client hangs up.
        case sendForever([UInt8])
        /// Does nothing until an event happens, or the client hangs up.
        case wait(ReplayEvent)
        /// Does nothing until the client hangs up.
        case keepSilent
        /// Closes its own side, and goes on listening.
        case finishSending
        /// Breaks the connection off.
        case reset
    }

    /// What it does, in order.
    public var steps: [Step]
    /// Whether it then waits for another request on the connection; else it closes it.
    public var keepsConnection: Bool

    /// Does these things.
    public init(_ steps: [Step], keepsConnection: Bool = false) {
        self.steps = steps
        self.keepsConnection = keepsConnection
    }

    /// Never answers.
    public static let silence = ReplayReply([.keepSilent])
    /// Breaks the connection off.
    public static let reset = ReplayReply([.reset])

    /// Sends a text and closes the connection, as WHOIS does.
    public static func text(_ text: some StringProtocol) -> ReplayReply { bytes(Array(text.utf8)) }

    /// Sends bytes and closes the connection.
    public static func bytes(_ bytes: [UInt8]) -> ReplayReply { ReplayReply([.send(bytes)]) }

    /// Sends an HTTP response and keeps the connection.
    ///
    /// - Parameters:
    ///   - headers: After `Content-Type` and `Content-Length`.
    ///   - length: What `Content-Length` says, if not the truth.
    public static func http(
        _ status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = [], length: Int? = nil
    ) -> ReplayReply {
        let fields =
            [("Content-Type", "application/rdap+json"), ("Content-Length", "\(length ?? body.count)")] + headers
        let head = "HTTP/1.1 \(status) Status\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
        return ReplayReply([.send(Array(head.utf8) + body)], keepsConnection: true)
    }

    /// Redirects.
    public static func redirect(to location: String, status: Int = 302) -> ReplayReply {
        http(status, headers: [("Location", location)])
    }

    /// Waits for an event before it does the rest.
    public func after(_ event: ReplayEvent) -> ReplayReply {
        ReplayReply([.wait(event)] + steps, keepsConnection: keepsConnection)
    }
}
