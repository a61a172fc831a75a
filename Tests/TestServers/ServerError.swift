/// A server for tests could not be started or asked.
public struct ServerError: Error, CustomStringConvertible {
    /// What happened, with the end of the server's own log.
    public let description: String

    init(_ description: String) { self.description = description }
}
