/// Ends the sessions of what is no longer taken, on one server.
package struct SessionEnder: Sendable {
    /// What is to be done on a server.
    package struct Task: Sendable, Hashable {
        /// The app password; nil: a whole account.
        package var passwordID: Int64?
        /// Names of the sessions' user, as Dovecot spells them.
        package var logins: [String]
        /// Addresses that they came from lately, in canonical text.
        package var addresses: [String]
        /// Why.
        package var reason: EndReason
        /// Whether it is done again, for logins that were under way the first time: by the password only.
        package var isSecond: Bool

        /// A task.
        package init(
            passwordID: Int64?, logins: [String], addresses: [String], reason: EndReason, isSecond: Bool = false
        ) {
            (self.passwordID, self.logins, self.addresses) = (passwordID, logins, addresses)
            (self.reason, self.isSecond) = (reason, isSecond)
        }
    }

    /// What came of a task.
    package struct Result: Sendable, Equatable {
        /// How sessions were told apart, as ``SessionMask/way`` names it; nil: in no way that was allowed.
        package var way: String?
        /// How many were ended.
        package var sessions: Int
        /// Why some may be open still, in words; nil: none is.
        package var trouble: String?

        /// A result.
        package init(way: String?, sessions: Int, trouble: String? = nil) {
            (self.way, self.sessions, self.trouble) = (way, sessions, trouble)
        }
    }

    private let server: any SessionServer
    private let withoutAlias: KickWithoutAlias

    /// - Parameters:
    ///   - server: Whose sessions.
    ///   - withoutAlias: What stands for a password that it does not know sessions by.
    package init(_ server: any SessionServer, withoutAlias: KickWithoutAlias) {
        (self.server, self.withoutAlias) = (server, withoutAlias)
    }

    /// Ends them.
    ///
    /// - Throws: ``SessionServerError``; then some may have ended.
    /// - Complexity: One request; without session aliases one for each name and address.
    package func end(_ task: Task) async throws(SessionServerError) -> Result {
        guard let id = task.passwordID else { return try await end(task.logins.map { .user($0) }, "user") }
        do throws(SessionServerError) {
            return Result(way: "password", sessions: try await server.end(.password(id)))
        } catch {
            guard error.code == .notSupported else { throw error }
        }
        // A client that came back with another password is no business of a second try.
        if task.isSecond { return Result(way: "password", sessions: 0) }
        switch withoutAlias {
        case .none:
            return Result(
                way: nil, sessions: 0,
                trouble: "Dovecot does not know its sessions by passwords, and dovecot.kick_without_alias is none")
        case .user: return try await end(task.logins.map { .user($0) }, "user")
        case .userAndAddress:
            let masks = task.logins.flatMap { login in
                task.addresses.map { SessionMask.userAndAddress(login, $0) }
            }
            return try await end(masks, "user_and_address")
        }
    }

    private func end(_ masks: [SessionMask], _ way: String) async throws(SessionServerError) -> Result {
        guard !masks.isEmpty else {
            let trouble =
                way == "user" ? "nobody knows whose they are" : "nobody knows where it was used from"
            return Result(way: nil, sessions: 0, trouble: trouble)
        }
        var (count, refused) = (0, 0)
        for mask in masks {
            do throws(SessionServerError) {
                count += try await server.end(mask)
            } catch {
                guard error.code == .cannotBeMasked else { throw error }
                refused += 1
            }
        }
        return Result(
            way: refused == masks.count ? nil : way, sessions: count,
            trouble: refused == 0 ? nil : "the name cannot be told from a pattern or an address")
    }
}
