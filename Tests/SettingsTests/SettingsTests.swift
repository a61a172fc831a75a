import AppPasswordCore
import AuditCore
import Settings
import Testing

struct SettingsTests {
    @Test func `an empty file gives the defaults`() throws {
        let loaded = try parse("")
        let settings = loaded.settings
        #expect(settings.server.host == "127.0.0.1")
        #expect(settings.server.port == 8000)
        #expect(settings.server.stateDirectory == "/work-dir/var")
        #expect(settings.database.location == nil)
        #expect(settings.ldap == nil)
        #expect(settings.cache.mode == .redis)
        #expect(settings.audit.sinks == [.journal])
        #expect(!settings.audit.namesSinks)
        #expect(settings.audit.lists.isEmpty)
        #expect(settings.lookup.deadline == .milliseconds(1500))
        #expect(settings.log.level == .info)
        #expect(loaded.warnings.isEmpty)
    }

    @Test func `every key is read`() throws {
        let loaded = try parse(
            #"""
            [server]
            host = "0.0.0.0"
            port = 9000
            insecure_plaintext = true
            token_file = "token"
            max_body = "64KiB"
            max_in_flight = 7
            state_directory = "state"
            [database]
            dsn = "mariadb://u:p@db/mail"
            pool_size = 2
            spool_fsync = true
            spool_max = "1GB"
            timeout = "3s"
            [ldap]
            host = "ldap.example.com"
            port = 1389
            tls = true
            tls_cert = "ca.pem"
            basedn = "dc=example"
            bind = "cn=reader"
            password = "secret"
            filter = "(&(uid={username})(objectClass=person))"
            disabled_shells = ["/bin/no", "/bin/false"]
            disabled_homes = []
            timeout = 4
            cache_ttl = "1m"
            [cache]
            mode = "memory"
            host = "10.0.0.1"
            port = 1
            password = "p"
            unix_socket = "/run/redis.sock"
            [auth]
            disallow_passwords_from = ["10.1.2.3/8", "::1"]
            verify_cache_ttl = 0
            max_password = 64
            [audit]
            mode = "watch"
            disabled_services = ["pop3"]
            ignore_networks = ["192.0.2.77/24"]
            audit_result_success = "ok"
            result_block = "expired"
            audit_process_unknown = true
            log_local = false
            local_locationname = "zu Hause"
            cache_ttl = "7d"
            db_authlog_dd_hash_bucket = 30
            db_authlog_dd_per_login = "1s"
            regex_match = "prefix"
            on_unknown = "tempfail"
            sinks = ["stderr", "jsonl:audit.jsonl", "journal"]
            [audit.local_networks]
            "172.17.2.0/24" = "Zwei"
            "172.17.1.9/24" = "Eins"
            [audit.maxmind]
            city = "./city.mmdb"
            asn = "/db/asn.mmdb"
            [audit.lists]
            ip_networks = "lists/ip.lst"
            geo_location_ids = "./geo.lst"
            [lookup]
            deadline = 1
            timeout = "20s"
            offline = true
            warm_up = false
            rate = "30/m"
            [lookup.rdap]
            enabled = false
            bootstrap = "https://data.iana.org/rdap"
            allow_http = true
            [lookup.whois]
            enabled = false
            servers = { ripencc = "127.0.0.1:4343", arin = "whois.arin.net" }
            [lookup.cymru]
            enabled = false
            whois_server = "[::1]:44"
            [lookup.dns]
            servers = ["127.0.0.1:5353", "::1"]
            timeout = "250ms"
            """#,
            files: [
                "/etc/x/token": "abc\n", "/etc/x/ca.pem": certificateFile, "/etc/x/lists/ip.lst": "",
                "/etc/x/geo.lst": "",
                "/etc/x/city.mmdb": "", "/db/asn.mmdb": "",
            ])
        let settings = loaded.settings
        #expect(settings.server.host == "0.0.0.0")
        #expect(settings.server.port == 9000)
        #expect(settings.server.token?.revealed == "abc")
        #expect(settings.server.maximumBody == 65_536)
        #expect(settings.server.maximumInFlight == 7)
        #expect(settings.server.stateDirectory == "/etc/x/state")
        #expect(settings.database.location == (try DatabaseDSN("mariadb://u:p@db/mail")))
        #expect(settings.database.isMariaDB)
        #expect(settings.database.poolSize == 2)
        #expect(settings.database.syncsSpool)
        #expect(settings.database.spoolMaximum == 1_000_000_000)
        #expect(settings.database.timeout == .seconds(3))
        let ldap = try #require(settings.ldap)
        #expect(ldap.host == "ldap.example.com")
        #expect(ldap.port == 1389)
        #expect(ldap.startsTLS)
        #expect(ldap.certificateAuthority == SettingsPath(written: "ca.pem", resolved: "/etc/x/ca.pem"))
        #expect(ldap.baseDN == "dc=example")
        #expect(ldap.bindDN == "cn=reader")
        #expect(ldap.password?.revealed == "secret")
        #expect(ldap.filter == "(&(uid={username})(objectClass=person))")
        #expect(ldap.disabledShells == ["/bin/no", "/bin/false"])
        #expect(ldap.disabledHomes.isEmpty)
        #expect(ldap.timeout == .seconds(4))
        #expect(ldap.cacheTTL == .seconds(60))
        #expect(settings.cache.mode == .memory)
        #expect(settings.cache.server.host == "10.0.0.1")
        #expect(settings.cache.server.port == 1)
        #expect(settings.cache.server.password?.revealed == "p")
        #expect(settings.cache.server.unixSocket?.resolved == "/run/redis.sock")
        #expect(settings.auth.disallowPasswordsFrom.map(\.description) == ["10.0.0.0/8", "::1/128"])
        #expect(settings.auth.verifyCacheTTL == .zero)
        #expect(settings.auth.maximumPassword == 64)
        let audit = settings.audit
        #expect(audit.mode == .watch)
        #expect(audit.disabledServices == ["pop3"])
        #expect(audit.ignoreNetworks.map(\.description) == ["192.0.2.0/24"])
        #expect(audit.resultSuccess == .ok)
        #expect(audit.resultBlock == .expired)
        #expect(audit.processUnknown)
        #expect(!audit.logLocal)
        #expect(audit.localLocationName == "zu Hause")
        #expect(audit.cacheTTL == .seconds(7 * 86_400))
        #expect(audit.logBucket == .seconds(30))
        #expect(audit.logPause == .seconds(1))
        #expect(audit.patternMatching == .prefix)
        #expect(audit.onUnknown == .tempfail)
        let jsonl = SettingsPath(written: "audit.jsonl", resolved: "/etc/x/audit.jsonl")
        #expect(audit.sinks == [.stderr, .jsonl(jsonl), .journal])
        #expect(audit.namesSinks)
        #expect(audit.localNetworks.map(\.name) == ["Zwei", "Eins"])
        #expect(audit.localNetworks.last?.prefix == IPPrefix("172.17.1.0/24"))
        #expect(audit.maxMind.city == SettingsPath(written: "./city.mmdb", resolved: "/etc/x/city.mmdb"))
        #expect(audit.maxMind.asn?.resolved == "/db/asn.mmdb")
        #expect(audit.lists[.ipNetworks] == SettingsPath(written: "lists/ip.lst", resolved: "/etc/x/lists/ip.lst"))
        #expect(audit.lists[.geoLocationIDs] == SettingsPath(written: "./geo.lst", resolved: "/etc/x/geo.lst"))
        #expect(audit.lists.count == 2)
        let lookup = settings.lookup
        #expect(lookup.deadline == .seconds(1))
        #expect(lookup.timeout == .seconds(20))
        #expect(lookup.isOffline && !lookup.warmsUp)
        #expect(lookup.rate == RequestRate(30, per: .seconds(60)))
        #expect(!lookup.rdap.isEnabled)
        #expect(lookup.rdap.bootstrap == .url("https://data.iana.org/rdap/"))
        #expect(lookup.rdap.allowsHTTP)
        #expect(!lookup.whois.isEnabled)
        #expect(
            lookup.whois.servers == [
                "ripencc": HostAndPort(host: "127.0.0.1", port: 4343),
                "arin": HostAndPort(host: "whois.arin.net", port: 43),
            ])
        #expect(!lookup.cymru.isEnabled)
        #expect(lookup.cymru.whoisServer == HostAndPort(host: "::1", port: 44))
        #expect(lookup.dns.servers.map(\.description) == ["127.0.0.1:5353", "[::1]:53"])
        #expect(lookup.dns.timeout == .milliseconds(250))
    }

    @Test func `a file of the old program is accepted as it is`() throws {
        let loaded = try parse(
            #"""
            [database]
            dsn = "mysql+pymysql://user:pass@host/mail"
            [ldap]
            host = "ldap.example.com"
            port = 389
            tls = false
            basedn = "ou=users,dc=example,dc=com"
            bind = ""
            password = ""
            [cache]
            mode = "redis"
            host = "localhost"
            port = 6379
            [auth]
            disallow_passwords_from = ["192.0.2.5/32"]
            [audit]
            disabled_services = []
            ignore_networks = []
            audit_result_success = "unknown"
            audit_process_unknown = false
            log_local = true
            local_locationname = "MPI PKS local network"
            cache_ttl = 86400
            db_authlog_dd_hash_bucket = 60
            db_authlog_dd_per_login = 5
            [audit.maxmind]
            city = "./mmdb/GeoLite2-City.mmdb"
            country = "./mmdb/GeoLite2-Country.mmdb"
            asn = "./mmdb/GeoLite2-ASN.mmdb"
            [audit.lists]
            ip_networks = "/lists/a"
            [log]
            version = 1
            disable_existing_loggers = false
            [log.formatters.default]
            format = "%(message)s"
            [log.handlers.default]
            class = "logging.StreamHandler"
            [log.loggers.dovecot_web_auth]
            level = "WARNING"
            handlers = ["default"]
            [log.loggers.uvicorn]
            level = "DEBUG"
            """#, files: ["/lists/a": "", "/etc/x/mmdb/GeoLite2-City.mmdb": "", "/etc/x/mmdb/GeoLite2-ASN.mmdb": ""])
        #expect(loaded.settings.log.level == .warning)
        #expect(loaded.settings.ldap?.password == nil)
        #expect(
            loaded.warnings.map(\.description) == [
                "config.toml:2:1: database.dsn: the server is spoken to without TLS: whoever is on the way can pose as the "
                    + "database and let himself in as anybody; give ssl_ca=…, or unix_socket=… on the same machine",
                "config.toml:4:1: ldap.host: \"ldap.example.com\" is spoken to without TLS: whoever is on the way reads the "
                    + "bind password and can make accounts and enable disabled ones; set tls = true, or an ldaps:// or "
                    + "ldapi:// uri",
                "config.toml:28:1: audit.maxmind.country: is not used: the city file knows countries",
                "config.toml:32:2: log: only the level of loggers.dovecot_web_auth is used, not "
                    + "disable_existing_loggers, formatters, handlers, loggers.dovecot_web_auth.handlers, "
                    + "loggers.uvicorn, version",
            ])
    }

    @Test(arguments: [
        ("30", LogLevel.warning), ("35", .error), ("10", .debug), ("0", .debug), ("60", .critical),
        ("\"FATAL\"", .critical), ("\"WARN\"", .warning), ("\"DEBUG\"", .debug),
    ])
    func `Python's log levels are understood`(value: String, level: LogLevel) throws {
        #expect(try parse("log.loggers.dovecot_web_auth.level = \(value)").settings.log.level == level)
    }

    @Test func `the embedded default keeps its cache in SQLite and its state where systemd says`() throws {
        let environment = environment(variables: ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b"])
        let settings = try Settings.embeddedDefault(in: environment)
        #expect(settings.cache.mode == .sqlite)
        #expect(settings.server.stateDirectory == "/var/lib/a")
        #expect(settings.database.location == nil)
        #expect(!settings.lookup.isOffline)
    }

    @Test func `the command line overrides the file and is checked like it`() throws {
        let overridden = try parse("server.port = 1", overrides: SettingsOverrides(host: "::1", port: 0)).settings
            .server
        #expect(overridden.host == "::1")
        #expect(overridden.port == 0)
        #expect(problems("", overrides: SettingsOverrides(host: "0.0.0.0", port: 65_536)).count == 2)
        #expect(throws: SettingsProblems.self) {
            try Settings.embeddedDefault(overrides: SettingsOverrides(host: "192.0.2.1"), in: environment())
        }
    }

    @Test func `secrets of the settings are not printed`() throws {
        let settings = try parse(
            """
            server.token = "hush-1"
            database.dsn = "mysql://u:hush-2@h/d"
            cache.password = "hush-3"
            ldap = { basedn = "o=x", password = "hush-4" }
            """
        ).settings
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings)".contains("hush"))
        #expect(!dumped.contains("hush"))
        #expect(settings.ldap?.password?.revealed == "hush-4")
    }

    @Test func `a directory may be several servers`() throws {
        let servers = "ldap://a:1389 ldaps://b ldapi://%2Frun%2Fslapd"
        #expect(try parse("[ldap]\nbasedn = 'o=x'\nuri = '\(servers)'").settings.ldap?.uri == servers)
        #expect(try parse("[ldap]\nbasedn = 'o=x'\nuri = ' '").settings.ldap?.uri == nil)
    }

    @Test(arguments: [
        ("\"2%\"", BlastRadius.percent(2)), ("\"0.5 %\"", .percent(0.5)), ("40", .users(40)), ("\"40\"", .users(40)),
        ("0", .users(0)),
    ])
    func `a blast radius is a share or a number of users`(text: String, radius: BlastRadius) throws {
        #expect(try parse("[audit]\nblast_radius = \(text)\n").settings.audit.blastRadius == radius)
        #expect(try parse("").settings.audit.blastRadius == nil)
    }

    @Test(arguments: ["\"2%%\"", "-1", "2.5", "false", "\"\"", "\"150%\""])
    func `what is no blast radius is a problem`(text: String) throws {
        #expect(try #require(problems("[audit]\nblast_radius = \(text)\n").first).contains("audit.blast_radius"))
    }

    @Test func `honeypots are names with stars`() throws {
        let settings = try parse("[audit]\nhoneypots = [\"honey-*\", \"trap\"]\n").settings
        #expect(settings.audit.honeypots.map(\.description) == ["honey-*", "trap"])
        for text in ["", "*", "a\\u0007"] {
            let problem = try #require(problems("[audit]\nhoneypots = [\"\(text)\"]\n").first)
            #expect(problem.contains("audit.honeypots"), "\(problem)")
        }
    }
}
