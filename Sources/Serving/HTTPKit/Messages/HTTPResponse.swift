package import StrictJSON

/// An answer: a status, fields, and a body whose length is always sent.
public struct HTTPResponse: Sendable {
    /// The status code, 200...599.
    public var status: Int
    /// Fields beside Content-Type, Content-Length and Connection, which the server writes. Control characters in a
    /// value are sent as blanks.
    public var headers: [(name: String, value: String)]
    /// The Content-Type; nil sends none.
    package var contentType: String?
    /// The body.
    public var body: [UInt8]
    /// Called once when the socket has taken the answer, or when it is clear that it never will; on the server's event
    /// loop, so it must be quick. An answer given in process leaves it to the caller.
    package var afterSending: (@Sendable () -> Void)?

    /// An answer with these bytes; its length is added when it is sent.
    public init(
        _ status: Int, headers: [(name: String, value: String)] = [], contentType: String? = nil, body: [UInt8] = []
    ) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    /// An answer in JSON.
    package static func json(_ status: Int, _ text: JSONText) -> HTTPResponse {
        HTTPResponse(status, contentType: "application/json", body: text.bytes)
    }

    /// An answer in plain text (UTF-8).
    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// An error as FastAPI writes it: `{"detail":"Not Found"}`.
    ///
    /// - Parameter detail: What the client may know; nil for the status's own words.
    package static func failure(_ status: Int, _ detail: String? = nil) -> HTTPResponse {
        .json(status, JSONText { $0.member("detail", detail ?? ReasonPhrase.of(status)) })
    }

    /// 422 with every problem, as FastAPI writes it: `{"detail":[{"loc":["body","username"],"msg":"…","type":"…"}]}`.
    package static func invalid(_ problems: [ValidationProblem]) -> HTTPResponse {
        .json(422, JSONText { $0.array("detail", problems) { problem, entry in problem.write(into: &entry) } })
    }
}
