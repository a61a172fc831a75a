import AppPasswordCore
import AuditCore
import RedisClient
import Settings
import Testing

@testable import WebAuth

/// What a reload compares: a back end is kept while what it was made from is equal.
struct BackEndConfigurationTests {
    private static func settings(_ change: (inout Settings) -> Void = { _ in }) -> Settings {
        var settings = Settings()
        settings.ldap = Settings.LDAP()
        settings.ldap?.baseDN = "dc=example,dc=org"
        settings.ldap?.password = Secret("bind-secret")
        settings.cache.server.password = Secret("redis-secret")
        var server = DatabaseServer(user: "u", password: Secret("db-secret"), database: "mail")
        server.host = "db"
        settings.database.location = .mariadb(server)
        change(&settings)
        return settings
    }

    private let before = BackEnds.Configuration(settings())

    @Test func `the same settings make the same back ends`() {
        #expect(BackEnds.Configuration(Self.settings()) == before)
    }

    @Test func `a secret that was changed makes a back end another one`() {
        let directory = BackEnds.Configuration(Self.settings { $0.ldap?.password = Secret("other") })
        #expect(directory.directory != before.directory)
        #expect(directory.database == before.database && directory.lookups == before.lookups)
        let cache = BackEnds.Configuration(Self.settings { $0.cache.server.password = Secret("other") })
        #expect(cache.lookups != before.lookups && cache.directory == before.directory)
        let database = BackEnds.Configuration(
            Self.settings {
                guard case .mariadb(var server) = $0.database.location else { return }
                server.password = Secret("other")
                $0.database.location = .mariadb(server)
            })
        #expect(database.database != before.database && database.lookups == before.lookups)
    }

    @Test func `another replica is another back end, with the same rows`() {
        for change: (inout Settings) -> Void in [
            {
                $0.database.replica = DatabaseServer(
                    user: "u", password: Secret("r"), host: "replica", database: "mail")
            }, { $0.database.poolSize = 3 }, { $0.database.timeout = .seconds(9) },
        ] {
            let changed = BackEnds.Configuration(Self.settings(change))
            #expect(changed.database != before.database && changed.database.identity == before.database.identity)
        }
        let elsewhere = BackEnds.Configuration(Self.settings { $0.database.location = .sqlite(path: "/x") })
        #expect(elsewhere.database.identity != before.database.identity)
    }

    @Test func `a login waits 20 ms for what others count, and nobody long for a server that is away`() throws {
        let shared = Self.settings { $0.shared.secret = Secret("0123456789abcdef0123456789abcdef") }.shared
        let client = try #require(shared.client)
        #expect(client.timeout == .milliseconds(20) && client.queueLimit == 4096)
        #expect(client.firstPause == .milliseconds(100) && client.longestPause == .seconds(2))
        #expect(Settings.Shared().client == nil)
    }

    @Test func `what is shared elsewhere asks registries anew, and only what is shared`() {
        func configuration(_ host: String, _ secret: Secret?) -> LookupConfiguration {
            LookupConfiguration(
                Self.settings {
                    $0.shared.secret = secret
                    $0.shared.server.host = host
                })
        }
        let secret = Secret("0123456789abcdef0123456789abcdef")
        #expect(configuration("a", secret) != configuration("b", secret))
        #expect(configuration("a", secret) != configuration("a", nil))
        #expect(configuration("a", nil) == configuration("b", nil))
    }

    @Test(
        arguments: [
            { $0.lookup.timeout = .seconds(9) }, { $0.lookup.isOffline = true }, { $0.lookup.rdap.contact = "a@b.org" },
            { $0.lookup.rdap.isEnabled = false }, { $0.lookup.rdap.bootstrap = .url("https://rdap.example.org/") },
            { $0.lookup.whois.isEnabled = false }, { $0.lookup.cymru.isEnabled = false },
            { $0.lookup.rate = RequestRate(2, per: .seconds(1)) }, { $0.lookup.dns.timeout = .seconds(1) },
            { $0.lookup.rdap.allowsHTTP = true }, { $0.audit.cacheTTL = .seconds(60) },
            { $0.cache.server.host = "other" },
            { $0.cache.mode = .memory },
        ] as [@Sendable (inout Settings) -> Void])
    func `lookups are made anew for what they are made of`(change: @Sendable (inout Settings) -> Void) {
        let after = BackEnds.Configuration(Self.settings(change))
        #expect(after.lookups != before.lookups)
        #expect(after.database == before.database && after.directory == before.directory)
    }

    @Test func `what others are made of keeps them`() {
        let after = BackEnds.Configuration(
            Self.settings {
                $0.audit.mode = .watch
                $0.lookup.deadline = .milliseconds(700)
                $0.server.maximumInFlight = 7
                $0.auth.maximumPassword = 7
            })
        #expect(after == before)
    }

    @Test func `no secret can be printed`() {
        var dumped = "\(before)"
        dump(before, to: &dumped)
        for secret in ["bind-secret", "redis-secret", "db-secret"] { #expect(!dumped.contains(secret)) }
    }
}
