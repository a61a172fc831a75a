package import AuditCore

extension Settings {
    /// `[auth]`: checking app passwords.
    package struct Auth: Sendable {
        /// Networks from which app passwords are refused, such as the webmail host; none.
        package var disallowPasswordsFrom: [IPPrefix] = []
        /// How long a successful check is remembered; 1 h; 0: never.
        package var verifyCacheTTL = Duration.seconds(3600)
        /// The longest password that is checked, in bytes; 1024.
        package var maximumPassword = 1024
        /// How often is looked for passwords that have ended, to end their sessions; 5 s.
        package var revokePoll = Duration.seconds(5)
        /// `[[auth.templates]]`.
        package var templates: [LimitTemplate] = []
        /// `[auth.guesses]`.
        package var guesses = Guesses()

        /// The defaults.
        package init() {}

        /// What only a restart takes into use.
        static let restartKeys = [
            RestartKey("auth.verify_cache_ttl", \.auth.verifyCacheTTL),
            RestartKey("auth.guesses", \.auth.guesses),
        ]

        init(reading table: TableReader) {
            disallowPasswordsFrom = table.networks("disallow_passwords_from")
            verifyCacheTTL = table.duration("verify_cache_ttl", default: verifyCacheTTL)
            maximumPassword = table.integer("max_password", default: maximumPassword, in: 1...65_536)
            revokePoll = table.duration(
                "revoke_poll", default: revokePoll, atLeast: .seconds(1), atMost: .seconds(3600))
            templates = table.tables("templates").compactMap { LimitTemplate(reading: $0) }
            guesses = Guesses(reading: table.table("guesses"))
            table.finish()
        }
    }
}
