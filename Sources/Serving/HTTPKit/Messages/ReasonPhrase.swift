/// The words that go with status codes (RFC 9110 section 15).
enum ReasonPhrase {
    /// The words for a status; `Status` for one that has none here.
    static func of(_ status: Int) -> String { words[status] ?? "Status" }

    private static let words: [Int: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 307: "Temporary Redirect", 400: "Bad Request",
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
        408: "Request Timeout", 409: "Conflict", 410: "Gone", 413: "Content Too Large", 417: "Expectation Failed",
        422: "Unprocessable Content", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
        505: "HTTP Version Not Supported",
    ]
}
