extension Settings {
    /// `[cache]`: where looked-up facts are kept.
    package struct Cache: Sendable {
        /// The kind of cache; ``CacheMode/redis`` (in the embedded default ``CacheMode/sqlite``).
        package var mode = CacheMode.redis
        /// The Redis server.
        package var server = RedisPlace()

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            mode = table.choice("mode", default: mode, among: CacheMode.allCases)
            server = RedisPlace(reading: table)
            table.finish()
            if mode == .redis { server.check(table, risk: "reads the password and can forge facts about addresses") }
        }
    }
}
