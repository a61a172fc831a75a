package import AppPasswordCore

extension Settings {
    /// `[cache]`: where looked-up facts are kept.
    package struct Cache: Sendable {
        /// The kind of cache; ``CacheMode/redis`` (in the embedded default ``CacheMode/sqlite``).
        package var mode = CacheMode.redis
        /// The Redis server's name or address; `localhost`.
        package var host = "localhost"
        /// The Redis server's port; 6379.
        package var port = 6379
        /// The Redis password (`password` or `password_file`); nil: none is sent.
        package var password: Secret?
        /// Absolute path of a Redis socket, in place of host and port; nil: those are used.
        package var unixSocket: SettingsPath?

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            mode = table.choice("mode", default: mode, among: CacheMode.allCases)
            host = table.host("host", default: host)
            port = table.integer("port", default: port, in: 1...65_535)
            password = table.secret("password")
            unixSocket = table.path("unix_socket")
            table.finish()
            if mode == .redis, unixSocket == nil,
                let note = PlainTraffic.note(
                    to: host, risk: "reads the password and can forge facts about addresses",
                    remedy: "use unix_socket or a tunnel on this machine, or mode = \"memory\"")
            {
                table.warning("host", note)
            }
        }
    }
}
