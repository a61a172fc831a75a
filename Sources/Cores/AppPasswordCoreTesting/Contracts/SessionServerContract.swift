package import AppPasswordCore
import AuditCoreTesting

/// What every ``SessionServer`` must do; run on the fake and on each adapter.
package struct SessionServerContract<Server: SessionServer>: Sendable {
    private let make: @Sendable () async throws -> Server
    private let open: @Sendable (Server, InMemorySessionServer.Session) async throws -> Void

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - open: Opens a session.
    ///   - make: Makes a server without sessions.
    package init(
        open: @escaping @Sendable (Server, InMemorySessionServer.Session) async throws -> Void,
        make: @escaping @Sendable () async throws -> Server
    ) {
        (self.open, self.make) = (open, make)
    }

    /// Runs every check.
    ///
    /// - Throws: ``AuditCoreTesting/ContractViolation``, or the server's own ``SessionServerError``.
    package func run() async throws {
        let server = try await make()
        try ContractViolation.unless(server.name.isEmpty, is: false, "a server has a name")
        for (user, address, id) in [
            ("alice", "192.0.2.1", 7), ("alice", "192.0.2.2", 8), ("alice", "2001:db8::1", 8), ("bob", "192.0.2.1", 9),
        ] as [(String, String, Int64)] {
            try await open(server, InMemorySessionServer.Session(user: user, address: address, passwordID: id))
        }
        func end(_ mask: SessionMask, _ count: Int, _ promise: String) async throws {
            try ContractViolation.unless(try await server.end(mask), is: count, promise)
        }
        for name in ["*", "?lice", "a*", ""] {
            for mask in [SessionMask.user(name), .userAndAddress(name, "192.0.2.1")] {
                let code = await Self.trouble { () throws(SessionServerError) in _ = try await server.end(mask) }
                try ContractViolation.unless(code, is: .cannotBeMasked, "a pattern is no name")
            }
        }
        // Not every server knows what opened a session.
        let known = await Self.trouble { () throws(SessionServerError) in _ = try await server.end(.password(1)) }
        let mask = known == .notSupported ? SessionMask.userAndAddress("alice", "192.0.2.1") : .password(7)
        try await end(mask, 1, "those are ended that are meant")
        try await end(.userAndAddress("alice", "192.0.2.1"), 0, "and they are gone")
        try await end(.userAndAddress("alice", "192.0.2.2"), 1, "an address ends those from there")
        try await end(.user("alice"), 1, "a user ends the others")
        try await end(.user("alice"), 0, "until there are none")
        try await end(.user("alic"), 0, "a part of a name is nobody's")
        try await server.forgetPasswords(of: "bob")
        try await end(.user("bob"), 1, "who was not meant stays, and whose passwords are forgotten does, too")
    }

    private static func trouble(
        _ body: () async throws(SessionServerError) -> Void
    ) async -> SessionServerError.Code? {
        do throws(SessionServerError) { try await body() } catch { return error.code }
        return nil
    }
}
