internal import NIOHTTP1

/// Header fields of a request: names in any case, values as sent, repeated fields kept apart.
public struct HTTPFields: Sendable {
    let headers: HTTPHeaders

    init(_ headers: HTTPHeaders) { self.headers = headers }

    /// Makes fields from pairs of name and value, for tests and in-process calls.
    public init(_ pairs: [(String, String)] = []) { headers = HTTPHeaders(pairs) }

    /// The value of the first field of this name, blanks around it not included; nil if there is none.
    ///
    /// - Complexity: Linear in the number of fields.
    public subscript(name: String) -> String? { headers.first(name: name) }

    /// The values of all fields of this name, in order.
    package func all(_ name: String) -> [String] { headers[name] }
}
