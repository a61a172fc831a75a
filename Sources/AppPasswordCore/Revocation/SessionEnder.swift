/// Ends the sessions of what is no longer taken, on one server.
public struct SessionEnder: Sendable {
    /// What is to be done on a server.
    public struct Task: Sendable, Hashable {
        /// The app password; nil: a whole account.
        public var passwordID: Int64?
        /// Names of the sessions' user, as Dovecot spells them.
        public var logins: [String]
        /// Addresses that they came from lately, in canonical text.
        public var addresses: [String]
        /// Why.
        public var reason: EndReason

        /// A task.
        public init(passwordID: Int64?, logins: [String], addresses: [String], reason: EndReason) {
            (self.passwordID, self.logins, self.addresses) = (passwordID, logins, addresses)
            self.reason = reason
        }
    }

    /// What came of a task.
    public struct Result: Sendable, Equatable {
        /// How sessions were told apart, as ``SessionMask/way`` names it; nil: in no way that was allowed.
        public var way: String?
        /// How many were ended.
        public var sessions: Int

        /// A result.
        public init(way: String?, sessions: Int) { (self.way, self.sessions) = (way, sessions) }
    }

    private let server: any SessionServer
    private let withoutAlias: KickWithoutAlias

    /// - Parameters:
    ///   - server: Whose sessions.
    ///   - withoutAlias: What stands for a password that it does not know sessions by.
    public init(_ server: any SessionServer, withoutAlias: KickWithoutAlias) {
        (self.server, self.withoutAlias) = (server, withoutAlias)
    }

    /// Ends them.
    ///
    /// - Throws: ``SessionServerError``; then some may have ended.
    /// - Complexity: One request; without session aliases one for each name and address.
    public func end(_ task: Task) async throws(SessionServerError) -> Result {
        guard let id = task.passwordID else { return try await end(task.logins.map { .user($0) }, "user") }
        do throws(SessionServerError) {
            return Result(way: "password", sessions: try await server.end(.password(id)))
        } catch {
            guard error.code == .notSupported else { throw error }
        }
        switch withoutAlias {
        case .none: return Result(way: nil, sessions: 0)
        case .user: return try await end(task.logins.map { .user($0) }, "user")
        case .userAndAddress:
            let masks = task.logins.flatMap { login in
                task.addresses.map { SessionMask.userAndAddress(login, $0) }
            }
            return try await end(masks, "user_and_address")
        }
    }

    private func end(_ masks: [SessionMask], _ way: String) async throws(SessionServerError) -> Result {
        var count = 0
        for mask in masks { count += try await server.end(mask) }
        return Result(way: way, sessions: count)
    }
}
