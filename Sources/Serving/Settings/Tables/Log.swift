extension Settings {
    /// `[log]` of the old program (Python's `logging.config.dictConfig`), of which only one level is used.
    package struct Log: Sendable {
        /// From which level on the log is written; ``LogLevel/info``.
        package var level = LogLevel.info

        /// The default.
        package init() {}

        /// What only a restart takes into use.
        static let restartKeys = [
            RestartKey("log.loggers.dovecot_web_auth.level", \.log.level)
        ]

        /// Reads the level of the logger `dovecot_web_auth` and names the rest in one warning.
        init(reading members: [String: TOMLNode]?, notes: ReadingNotes) {
            let levelPath = ["log", "loggers", "dovecot_web_auth", "level"]
            var unused = (members ?? [:]).keys.filter { $0 != "loggers" }
            var level: TOMLNode?
            if case .table(let loggers)? = members?["loggers"] {
                unused += loggers.keys.filter { $0 != "dovecot_web_auth" }.map { "loggers.\($0)" }
                if case .table(let ours)? = loggers["dovecot_web_auth"] {
                    unused += ours.keys.filter { $0 != "level" }.map { "loggers.dovecot_web_auth.\($0)" }
                    level = ours["level"]
                }
            }
            notes.knows(levelPath, .string, isSet: level != nil)
            if let level {
                if let known = LogLevel(python: level) {
                    self.level = known
                } else {
                    notes.problem(levelPath, "is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
                }
            }
            if !unused.isEmpty {
                let names = Displayed.text(unused.sorted().joined(separator: ", "), limit: 300)
                notes.warning(["log"], "only the level of loggers.dovecot_web_auth is used, not \(names)")
            }
        }
    }
}
