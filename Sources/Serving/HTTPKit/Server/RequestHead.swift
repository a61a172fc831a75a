internal import NIOHTTP1

/// What a head says about its request, checked where NIO's parser leaves room.
struct RequestHead {
    /// How the end of the body is found (RFC 9112 section 6).
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// What the Expect field asks for (RFC 9110 section 10.1.1).
    enum Expectation: Equatable {
        case nothing
        case interimAnswer
        case unknown
    }

    let method: HTTPMethod
    let path: String
    let query: String?
    let fields: HTTPFields
    let framing: Framing
    let expectation: Expectation
    let isHTTP10: Bool
    /// Whether the client wants to send more requests.
    let keepsAlive: Bool

    /// - Throws: 400 for what could be read in two ways or breaks RFC 9112, 501 for transfer codings but chunked.
    init(_ head: HTTPRequestHead) throws(Problem) {
        isHTTP10 = head.version != .http1_1
        method = HTTPMethod(head.method.rawValue)
        (path, query) = Self.split(target: head.uri)
        fields = HTTPFields(head.headers)

        let hosts = head.headers["host"].count
        guard hosts == 1 || hosts == 0 && isHTTP10 else { throw Problem(400, "exactly one Host field is needed") }
        framing = try Self.framing(head.headers, isHTTP10: isHTTP10)

        let expectations = isHTTP10 ? [] : head.headers["expect"]
        expectation =
            if expectations.isEmpty {
                .nothing
            } else if expectations.allSatisfy({ $0.lowercased() == "100-continue" }) {
                framing == .none || framing == .length(0) ? .nothing : .interimAnswer
            } else {
                .unknown
            }
        // After an upgrade offer or CONNECT the parser reads no more requests.
        keepsAlive = head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
    }

    private static func framing(_ headers: HTTPHeaders, isHTTP10: Bool) throws(Problem) -> Framing {
        let lengths = headers["content-length"]
        let codings = headers["transfer-encoding"]
        if let coding = codings.first {
            guard codings.count == 1, lengths.isEmpty, !isHTTP10 else { throw Problem(400, "ambiguous body length") }
            guard coding.lowercased() == "chunked" else { throw Problem(501, "transfer coding not supported") }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(length)
        else { throw Problem(400, "invalid Content-Length") }
        return .length(length)
    }

    /// Splits `/path?query`, or `http://host/path?query`, which proxies send.
    private static func split(target: String) -> (path: String, query: String?) {
        var rest = target[...]
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            rest = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
            if !rest.hasPrefix("/") { rest = "/" + rest }
            break
        }
        guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (String(rest), nil) }
        return (String(rest[..<mark]), String(rest[rest.index(after: mark)...]))
    }

    /// Why a request cannot be read; the connection is closed after saying so.
    struct Problem: Error {
        let status: Int
        let detail: String?

        init(_ status: Int, _ detail: String? = nil) { (self.status, self.detail) = (status, detail) }
    }
}
