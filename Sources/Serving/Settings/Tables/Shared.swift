package import AppPasswordCore

extension Settings {
    /// `[shared]`: what several servers know together.
    package struct Shared: Sendable, Equatable {
        /// What all of these servers have been told and nobody else (`secret` or `secret_file`); nil: nothing is shared.
        package var secret: Secret?
        /// Where it is shared; as `[cache]` says where a key is left out.
        package var server = RedisPlace()
        /// Whether guesses, and what makes a network known, are counted together; true.
        package var countsGuesses = true
        /// Whether registries are asked as by one server; true.
        package var asksAsOne = true

        /// The defaults.
        package init() {}

        /// What only a restart takes into use.
        static let restartKeys = [
            RestartKey("shared.secret", \.shared.secret), RestartKey("shared.guesses", \.shared.countsGuesses),
            // What `[cache]` says is of no matter here where nothing is shared.
            RestartKey("shared") { old, new in
                old.shared.secret != nil && new.shared.secret != nil && old.shared.server != new.shared.server
            },
        ]

        /// The shortest secret, in bytes.
        private static let shortest = 32

        init(reading table: TableReader, cache: Cache) {
            secret = table.secret("secret")
            if let secret, secret.revealed.utf8.count < Self.shortest {
                table.problem(
                    table.isSet("secret") ? "secret" : "secret_file",
                    "has fewer than \(Self.shortest) bytes: openssl rand -base64 33 makes a good one")
            }
            server = RedisPlace(reading: table, default: cache.server)
            countsGuesses = table.boolean("guesses", default: countsGuesses)
            asksAsOne = table.boolean("registries", default: asksAsOne)
            table.finish()
            guard secret != nil else { return }
            // Of what is the cache's own that table has said it already.
            if server != cache.server || cache.mode != .redis {
                server.check(
                    table, risk: "reads the password, can switch off what is shared, and can keep anybody out")
            }
        }
    }
}
