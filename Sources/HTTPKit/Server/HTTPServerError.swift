/// Why a server cannot serve.
public struct HTTPServerError: Error, CustomStringConvertible {
    /// For operators: `cannot listen on 127.0.0.1:8000: …`.
    public let description: String

    init(_ description: String) { self.description = description }
}
