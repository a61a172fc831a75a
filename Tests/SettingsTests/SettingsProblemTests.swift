import Settings
import Testing

struct SettingsProblemTests {
    @Test(arguments: ["password", "token", "dsn", "read_dsn", "sentinel_password", "secret", "api_key", "webhook"])
    func `of a line that may hold a secret nothing is quoted`(key: String) {
        for written in ["\(key) = \"hushhush", "\(key) = hushhush", "\(key) = 'a' hushhush", "\(key) hushhush"] {
            do {
                _ = try parse("[shared]\n\(written)\n")
                Issue.record("accepted: \(written)")
            } catch {
                #expect(!"\(error)".contains("hush") && "\(error)".contains("not valid TOML"), "\(error)")
            }
        }
    }

    @Test(arguments: [
        // Unknown keys, at the key.
        ("[server]\n\n  hots = 'x'", "config.toml:3:3: server.hots: unknown key; the nearest known one is \"host\""),
        ("serevr.port = 1", "config.toml:1:1: serevr: unknown key; the nearest known one is \"server\""),
        ("server.prot = 1", "config.toml:1:8: server.prot: unknown key; the nearest known one is \"port\""),
        (
            "[audit]\nlists = {ip_network='x'}",
            "config.toml:2:10: audit.lists.ip_network: unknown key; the nearest known one is \"ip_networks\""
        ),
        ("[audit.lookup]\nx=1", "config.toml:1:8: audit.lookup: unknown key; the nearest known one is "),
        (
            "[\"aud\\u0069t\"]\n\"mo de\" = 1",
            "config.toml:2:1: audit.mo de: unknown key; the nearest known one is \"mode\""
        ),
        // Wrong kinds and values, at the value.
        ("server = 3", "config.toml:1:10: server: must be a table, not an integer"),
        ("[server]\r\nport  =  70000\r\n", "config.toml:2:10: server.port: 70000 is not within 0 to 65535"),
        ("ä = 1\n", "config.toml:1:1: "),
        (
            "[audit]\nlocal_locationname = 'ä' # ü\nmode = 'wach'",
            "config.toml:3:8: audit.mode: \"wach\" is not one of enforce, watch"
        ),
        (
            "audit.audit_result_success = 'OK'",
            "config.toml:1:30: audit.audit_result_success: \"OK\" is not one of next, unknown, ok"
        ),
        (
            "[audit]\nignore_networks = [\n  '10.0.0.0/8', # fine ]\n  '10.0.0.300',\n]",
            "config.toml:4:3: audit.ignore_networks[1]: \"10.0.0.300\" is not an address or a network in CIDR form"
        ),
        (
            "audit.disabled_services = ['imap', 5]",
            "config.toml:1:36: audit.disabled_services[1]: must be a string, not an integer"
        ),
        (
            "audit.cache_ttl = 1.5",
            "config.toml:1:19: audit.cache_ttl: must be an integer (seconds) or a string such as \"30s\", "
                + "not a number with a fraction"
        ),
        (
            "audit.cache_ttl = '30 s'",
            "config.toml:1:19: audit.cache_ttl: not a duration: write whole seconds, or a string such as \"1500ms\", "
                + "\"30s\", \"2m\", \"24h\", \"7d\""
        ),
        (
            "audit.sinks = ['jsonl:']",
            "config.toml:1:16: audit.sinks[0]: \"jsonl:\" is not one of journal, stderr, jsonl:PATH"
        ),
        (
            "[audit.local_networks]\n'x/8' = 'n'",
            "config.toml:2:1: audit.local_networks.x/8: is not an address or a network in CIDR form"
        ),
        (
            "[audit.local_networks]\n'10.0.0.0/8' = 1",
            "config.toml:2:16: audit.local_networks.10.0.0.0/8: must be a string, not an integer"
        ),
        (
            "audit.lists.entities = 'none'",
            "config.toml:1:24: audit.lists.entities: there is no file \"/etc/x/none\""
        ),
        (
            "audit.lists.coordinates = '/there'",
            "config.toml:1:27: audit.lists.coordinates: this list needs audit.maxmind.city, which is not set"
        ),
        (
            "server.host = '192.0.2.1'\nserver.insecure_plaintext = true",
            "config.toml:1:15: server.host: 192.0.2.1:8000 can be reached from other machines: set server.token or "
                + "server.token_file"
        ),
        (
            "server.token = 'a b'",
            "config.toml:1:16: server.token: must be visible ASCII without blanks, as it is sent in a header"
        ),
        (
            "server.token = 'a'\nserver.token_file = '/there'",
            "config.toml:1:16: server.token: set together with token_file: keep one of the two"
        ),
        (
            "server.token_file = 'gone'",
            "config.toml:1:21: server.token_file: \"/etc/x/gone\" cannot be read: No such file or directory"
        ),
        (
            "server.token_file = '/empty'",
            "config.toml:1:21: server.token_file: \"/empty\" is empty or not a text"
        ),
        ("[ldap]\n", "config.toml:1:2: ldap.basedn: has to be set when there is an [ldap] table"),
        (
            "ldap = {basedn='o=x', filter='(uid=*)'}",
            "config.toml:1:30: ldap.filter: \"(uid=*)\" is not a filter that contains {username}"
        ),
        (
            "ldap = {basedn='o=x', uri='http://x'}",
            "config.toml:1:27: ldap.uri: \"http://x\" is not a URI such as ldaps://ldap.example.com"
        ),
        (
            "ldap = {basedn='o=x', uri='ldap://a http://x'}",
            "config.toml:1:27: ldap.uri: \"ldap://a http://x\" is not a URI such as ldaps://ldap.example.com"
        ),
        (
            "ldap = {basedn='o=x', uri='ldap://a ldaps://x', tls=true}",
            "config.toml:1:53: ldap.tls: StartTLS and an ldaps:// URI exclude each other"
        ),
        (
            "ldap.basedn = 'example.com'",
            #"config.toml:1:15: ldap.basedn: "example.com" is not a distinguished name such as"#
        ),
        ("ldap = {basedn='o=x', host='http://x'}", #"config.toml:1:28: ldap.host: "http://x" is not a URI such as"#),
        ("ldap = {basedn='o=x', host='a b'}", #"config.toml:1:28: ldap.host: "a b" is not an address or a host name"#),
        (
            "ldap = {basedn='o=x', uri='ldap://h/dc=example,dc=com?uid'}",
            #"config.toml:1:27: ldap.uri: "ldap://h/dc=example,dc=com?uid" names more than a server: what follows the host"#
        ),
        (
            "ldap = {basedn='o=x', host='ldaps://h', tls=true}",
            "config.toml:1:45: ldap.tls: StartTLS and an ldaps:// URI exclude each other"
        ),
        (
            "ldap = {basedn='o=x', uri='LDAPS://h', tls_cert='/there'}",
            #"config.toml:1:49: ldap.tls_cert: "/there" holds no certificate in PEM form"#
        ),
        (
            "ldap = {basedn='o=x', filter='(&(uid={username})(objectClass=posixAccount)'}",
            #"config.toml:1:30: ldap.filter: "(&(uid={username})(objectClass=posixAccount)" is not a filter (RFC 4515): it lacks the ")" of "#
        ),
        (
            "ldap = {basedn='o=x', tls=true, tls_cert='ca'}",
            "config.toml:1:42: ldap.tls_cert: there is no file \"/etc/x/ca\""
        ),
        (
            "database.dsn = 'mysql://u:hush@h/d?ssl_ca=gone.pem'",
            "config.toml:1:16: database.dsn: ssl_ca: there is no file \"/etc/x/gone.pem\""
        ),
        (
            "database.dsn = 'mysql://u:hush@h/d?ssl_ca=/there'",
            "config.toml:1:16: database.dsn: ssl_ca: \"/there\" holds no CERTIFICATE in PEM form"
        ),
        (
            "database.dsn = 'mysql://u:hush@h/d?read_default_file=/etc/my.cnf'",
            "config.toml:1:16: database.dsn: read_default_file: option files are not read"
        ),
        (
            "database.dsn = 'postgres://u:p@h/d'",
            "config.toml:1:16: database.dsn: must begin with mysql://, mysql+pymysql://, mariadb:// or sqlite:///"
        ),
        ("database.pool_size = 0", "config.toml:1:22: database.pool_size: 0 is not within 1 to 1000"),
        (
            "lookup.rate = '0/s'",
            "config.toml:1:15: lookup.rate: \"0/s\" is not a rate such as \"1/s\", \"30/m\", \"100/h\""
        ),
        (
            "lookup.deadline = '11s'",
            "config.toml:1:19: lookup.deadline: lookup.deadline is longer than lookup.timeout"
        ),
        (
            "lookup.rdap.bootstrap = 'http://x/'",
            "config.toml:1:25: lookup.rdap.bootstrap: is plain HTTP, which lookup.rdap.allow_http does not allow"
        ),
        (
            "lookup.whois.servers = {ripe='x'}",
            "config.toml:1:25: lookup.whois.servers.ripe: unknown registry; the nearest is \"ripencc\""
        ),
        (
            "lookup.dns.servers = ['dns.example']",
            "config.toml:1:23: lookup.dns.servers[0]: \"dns.example\" is not ADDRESS or ADDRESS:PORT"
        ),
        (
            "log.loggers.dovecot_web_auth.level = 'LOUD'",
            "config.toml:1:38: log.loggers.dovecot_web_auth.level: is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL"
        ),
    ])
    func `a problem is named with its place`(text: String, problem: String) throws {
        let found = problems(text, files: ["/there": "x", "/empty": "\n"])
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix(problem))
    }

    @Test func `all problems are reported, in the order of the file`() {
        #expect(
            problems(
                """
                [audit]
                mode = "x"
                [server]
                port = "8000x"
                tocken = "a"
                [auth]
                max_password = 0
                """
            ) == [
                "config.toml:2:8: audit.mode: \"x\" is not one of enforce, watch",
                "config.toml:4:8: server.port: must be an integer, not \"8000x\"",
                "config.toml:5:1: server.tocken: unknown key; the nearest known one is \"token\"",
                "config.toml:7:16: auth.max_password: 0 is not within 1 to 65536",
            ])
    }

    @Test func `problems never show a secret`() {
        for text in [
            "server.token = 'hush hush'", "server = { token = 'hush', token_file = '/there' }",
            "database.dsn = 'hush://u:hush@h'", "database.dsn = \"hush", "[ldap]\npassword = hush",
            "cache.password = 0xhush",
            "password = 99999999999999999999hush", "cache.password = ['hush']", "server.token = hush = hush",
            "password = \"\\hush\"",
        ] {
            let found = problems(text, files: ["/there": "x"])
            #expect(!found.isEmpty)
            #expect(!found.joined().contains("hush"), "\(text)")
        }
    }

    @Test func `many problems are cut off with their number`() throws {
        let text = "[server]\n" + (0..<1000).map { "k\($0) = 1" }.joined(separator: "\n")
        let found = problems(text)
        #expect(found.count == 201)
        #expect(try #require(found.last) == "config.toml:202:1: … and 800 more problems")
    }

    @Test func `a CA file is missed only where TLS is used`() {
        #expect(problems("ldap = {basedn='o=x', tls_cert='ca'}").isEmpty)
        #expect(problems("ldap = {basedn='o=x', tls_cert='ca', uri='ldaps://x'}").count == 1)
    }

    @Test(arguments: [
        "dc=example,dc=com", "ou=users, dc=example, dc=com", "o=x", "DC=Example;C=DE", "cn=a+uid=b,o=c", "ou=,o=c",
        "2.5.4.11=users,o=c", "ou=a\\,b,o=c", "cn=\"a,b\",o=c", "ou=Müller,o=c", "ou=#04024869,o=c",
        "CN=Users,DC=ad,DC=lan",
    ])
    func `names of entries are taken as base`(name: String) {
        #expect(problems("ldap.basedn = '\(name)'") == [])
    }

    @Test(arguments: [
        "example.com", "x", "dc=example,com", "dc=example,", ",dc=example", "=x", "ou users,o=c", "cn=\"a", "o=c\\",
    ])
    func `what is no name of an entry is not taken as base`(name: String) {
        #expect(problems("ldap.basedn = '\(name)'").count == 1)
    }

    @Test func `a file of certificates is looked into`() {
        let body = "MIIBszCCAVmgAwIBAgIUBq0="
        let settings = "ldap = {basedn='o=x', tls=true, tls_cert='/ca'}"
        func found(_ text: String) -> Int { problems(settings, files: ["/ca": text]).count }
        #expect(found("mail.example.com\n") == 1)
        #expect(found("") == 1)
        #expect(found("-----BEGIN CERTIFICATE-----\n\(body)\n") == 1)
        #expect(found("-----BEGIN CERTIFICATE-----\nnonsense!\n-----END CERTIFICATE-----\n") == 1)
        #expect(found("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n") == 1)
        #expect(found("# my CA\r\n-----BEGIN CERTIFICATE-----\r\n\(body)\r\n-----END CERTIFICATE-----\r\n") == 0)
        #expect(found("-----BEGIN TRUSTED CERTIFICATE-----\n\(body)\n-----END TRUSTED CERTIFICATE-----") == 0)
    }

    @Test(arguments: [
        ("uri='LDAP://a'", "ldap://a"), ("uri='LdapS://A.example/'", "ldaps://A.example"),
        ("uri='ldapi://%2Frun%2Fslapd'", "ldapi://%2Frun%2Fslapd"), ("host='ldaps://a'", "ldaps://a"),
        ("host='ldaps://a/'", "ldaps://a"), ("host='ldaps://a', port=1636", "ldaps://a:1636"),
        ("host='LDAP://a:1389', port=389", "ldap://a:1389"),
        ("host='ldap://[2001:db8::1]', port=10389", "ldap://[2001:db8::1]:10389"),
        ("host='ldapi://%2Frun%2Fslapd', port=389", "ldapi://%2Frun%2Fslapd"),
        ("uri='ldap://a/dc=example,dc=com'", "ldap://a"),
        ("uri='LDAPS://a:1636/o=My%20Firm ldap://b/'", "ldaps://a:1636 ldap://b"),
        ("host='ldap://a/o=x'", "ldap://a"), ("host='ldaps://a', uri='ldap://b'", "ldap://b"),
        ("host='ldap://a ldap://b:1389', port=390", "ldap://a:390 ldap://b:1389"),
    ])
    func `a directory's URI is taken wherever it stands, in any case`(keys: String, uri: String) throws {
        #expect(try parse("ldap = {basedn='o=x', \(keys)}").settings.ldap?.uri == uri)
    }

    @Test func `a base behind a server is noted unless it is the base`() throws {
        let loaded = try parse("[ldap]\nbasedn = 'o=x'\nuri = 'ldaps://a/dc=example,dc=com'\n")
        #expect(
            loaded.warnings.map(\.description) == [
                "config.toml:3:1: ldap.uri: the base behind the server is not used; ldap.basedn is"
            ])
        #expect(
            try parse("[ldap]\nbasedn = 'dc=Example,dc=com'\nuri = 'ldaps://a/dc=example,dc=com'\n").warnings.isEmpty)
    }

    @Test func `a URI as host is noted`() throws {
        let loaded = try parse("[ldap]\nbasedn = 'o=x'\nhost = 'ldaps://ldap.example.com'\n")
        #expect(loaded.warnings.map(\.description) == ["config.toml:3:1: ldap.host: is a URI, and taken for ldap.uri"])
    }

    @Test func `warnings come with the problems`() {
        do {
            _ = try parse("[ldap]\nuri = 'ldap://a:1389/'\nhost = 'b'\nbasedn = ''\nbind = 'cn=x'\n[audit]\nsinks = []")
            Issue.record("parsed")
        } catch {
            #expect(error.problems.count == 1)
            #expect(error.warnings.map(\.key) == ["ldap.uri", "ldap.uri", "ldap.bind", "audit.sinks"])
        }
    }

    @Test(arguments: [
        ("database.dsn = 'mysql://u:hush@db.example.net/d'", "database.dsn: the server"),
        ("database.dsn = 'mysql://u:hu@sh/e@x/d'", "database.dsn: the server"),
        ("database.dsn = 'mysql://u:hush@[2001:db8::1]/d?ssl_disabled=1'", "database.dsn: the server"),
        (
            "database.dsn = 'mysql://u:hush@db.example.net/d?auth_plugin=caching_sha2_password'",
            "database.dsn: the server"
        ),
        ("ldap = {basedn='o=x', host='ldap.example.net'}", "ldap.host: \"ldap.example.net\""),
        ("ldap = {basedn='o=x', uri='ldap://10.0.0.1'}", "ldap.uri: \"10.0.0.1\""),
        (
            "ldap = {basedn='o=x', uri='ldaps://a ldap://127.0.0.1 ldap://[2001:db8::1]:1389/'}",
            "ldap.uri: \"2001:db8::1\""
        ),
        ("cache = {mode='redis', host='redis.example.net', password='hush'}", "cache.host: \"redis.example.net\""),
        ("cache = {host='192.0.2.1'}", "cache.host: \"192.0.2.1\""),
        ("cache = {hosts=['127.0.0.1', 's2'], sentinel='m'}", "cache.hosts: \"s2\""),
    ])
    func `a server beyond this machine without TLS is named, and no secret with it`(text: String, begin: String) throws
    {
        let warnings = try parse(text).warnings.map(\.description)
        #expect(warnings.count == 1)
        let warning = try #require(warnings.first)
        #expect(warning.contains(": \(begin) is spoken to without TLS: whoever is on the way "), "\(warning)")
        #expect(!warning.contains("hu") && !warning.contains("sh/"), "\(warning)")
    }

    @Test(arguments: [
        "database.dsn = 'mysql://u:p@localhost/d'", "database.dsn = 'mysql://u:p@127.0.0.1:3307/d'",
        "database.dsn = 'mysql://u:p@[::1]/d'", "database.dsn = 'mysql://u:p@/d'",
        "database.dsn = 'mysql://u:p@db.example.net/d?ssl_ca=/ca'",
        "database.dsn = 'mysql://u:p@db.example.net/d?unix_socket=/run/s'", "database.dsn = 'sqlite:///x'",
        "ldap = {basedn='o=x'}", "ldap = {basedn='o=x', host='127.0.1.1'}", "ldap = {basedn='o=x', host='h', tls=true}",
        "ldap = {basedn='o=x', uri='ldaps://h'}", "ldap = {basedn='o=x', uri='ldapi:///'}",
        "ldap = {basedn='o=x', uri='ldap://localhost'}", "cache = {}", "cache = {mode='memory', host='h'}",
        "cache = {host='h', unix_socket='/run/s'}",
    ])
    func `a server on this machine or with TLS is nothing to warn of`(text: String) throws {
        let files = ["/ca": "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"]
        #expect(try parse(text, files: files).warnings.map(\.description) == [])
    }

    @Test func `the same network twice is named, and the first name is used`() throws {
        let loaded = try parse("[audit.local_networks]\n'10.0.0.0/8' = 'a'\n'10.9.9.9/8' = 'b'")
        #expect(loaded.settings.audit.localNetworks.map(\.name) == ["a"])
        #expect(loaded.warnings.map(\.line) == [3])
    }
}
