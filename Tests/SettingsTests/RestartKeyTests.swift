import AppPasswordCore
import AuditCore
import Testing

@testable import Settings

struct RestartKeyTests {
    private static let changes: [(key: String, change: @Sendable (inout Settings) -> Void)] = [
        ("server.host", { $0.server.host = "::1" }),
        ("server.port", { $0.server.port = 1 }),
        ("server.listen", { $0.server.listen = [Settings.Listener(.tcp(host: "::1", port: 2))] }),
        ("server.state_directory", { $0.server.stateDirectory = "/x" }),
        ("database.spool_fsync", { $0.database.syncsSpool = true }),
        ("database.spool_max", { $0.database.spoolMaximum = 70_000 }),
        ("audit.db_authlog_dd_hash_bucket", { $0.audit.logBucket = .seconds(1) }),
        ("audit.db_authlog_dd_per_login", { $0.audit.logPause = .seconds(1) }),
        ("log.loggers.dovecot_web_auth.level", { $0.log.level = .error }),
        ("auth.verify_cache_ttl", { $0.auth.verifyCacheTTL = .zero }),
        ("shared.secret", { $0.shared.secret = Secret("x") }),
        ("shared.guesses", { $0.shared.countsGuesses = false }),
        ("auth.guesses", { $0.auth.guesses.perNetwork = 1 }),
    ]

    @Test(arguments: 0..<changes.count)
    func `each key that is only read at the start is named`(index: Int) {
        let (key, change) = Self.changes[index]
        var settings = Settings()
        change(&settings)
        #expect(settings.restartNeeded(since: Settings()) == [key])
        #expect(Settings().restartNeeded(since: settings) == [key])
        #expect(settings.restartNeeded(since: settings).isEmpty)
    }

    @Test func `another Redis needs a restart only where something is shared`() {
        var (old, new) = (Settings(), Settings())
        new.shared.server.host = "x"
        #expect(new.restartNeeded(since: old).isEmpty)
        (old.shared.secret, new.shared.secret) = (Secret("x"), Secret("x"))
        #expect(new.restartNeeded(since: old) == ["shared"])
    }

    @Test func `keys that a reload takes into use are not`() {
        var settings = Settings()
        settings.server.maximumBody = 2048
        settings.audit.mode = .watch
        settings.lookup.isOffline = true
        #expect(settings.restartNeeded(since: Settings()).isEmpty)
    }
}
