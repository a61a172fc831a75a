import AuditCore
import Settings
import Testing

/// What worked with the old program, whose settings were converted by pydantic and networks read by Python's `ipaddress`.
/// The tables were made with both.
struct ConversionTests {
    @Test(arguments: [
        ("'389'", 389), ("' 389 '", 389), ("'+389'", 389), ("'0389'", 389), ("'3_89'", 389), ("'389.0'", 389),
        (#""389\n""#, 389), ("'389.000000'", 389), ("389.0", 389), ("true", 1), ("'00000000000000000000389'", 389),
    ])
    func `a number in quotes is that number`(written: String, number: Int) throws {
        let loaded = try parse("[ldap]\nbasedn = 'dc=x'\nport = \(written)")
        #expect(loaded.settings.ldap?.port == number)
        #expect(loaded.warnings.count == 1)
        #expect(loaded.warnings.first?.line == 3)
        #expect(loaded.warnings.first?.message.contains("ldap.port = \(number)") == true)
    }

    @Test(arguments: [
        "'389.'", "'389.5'", "'3.89e2'", "'0x185'", "''", "'٣٨٩'", "'1__0'", "'_1'", "'1_'", "'.0'", "389.5", "inf",
        "nan",
        "'- 1'", "'99999999999999999999'", "'389 0'", "[389]", "'true'", "'70000'",
    ])
    func `what is no number is refused, and what was written is shown`(written: String) {
        let found = problems("[ldap]\nbasedn = 'dc=x'\nport = \(written)")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("config.toml:3:8: ldap.port: ") == true, "\(found)")
    }

    @Test(arguments: [
        ("0", false), ("1", true), ("0.0", false), ("1.0", true), ("'0'", false), ("'1'", true), ("'true'", true),
        ("'TRUE'", true), ("'True'", true), ("'t'", true), ("'T'", true), ("'yes'", true), ("'Yes'", true),
        ("'y'", true),
        ("'on'", true), ("'oN'", true), ("'off'", false), ("'no'", false), ("'n'", false), ("'f'", false),
        ("'False'", false),
    ])
    func `a boolean in another form is that boolean`(written: String, value: Bool) throws {
        let loaded = try parse("[ldap]\nbasedn = 'dc=x'\ntls = \(written)")
        #expect(loaded.settings.ldap?.startsTLS == value)
        #expect(loaded.warnings.count == 1)
        #expect(loaded.warnings.first?.message.contains("ldap.tls = \(value)") == true)
    }

    @Test(arguments: ["2", "-1", "0.5", "' true '", "''", "'ja'", "'2'", "'enabled'", "[]"])
    func `what is no boolean is refused`(written: String) {
        let found = problems("[ldap]\nbasedn = 'dc=x'\ntls = \(written)")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("config.toml:3:7: ldap.tls: must be true or false, not ") == true, "\(found)")
    }

    @Test func `durations and sizes may be numbers in quotes`() throws {
        let loaded = try parse(
            "[audit]\ncache_ttl = '86400'\ndb_authlog_dd_per_login = 5.0\n[server]\nmax_body = '65536'")
        #expect(loaded.settings.audit.cacheTTL == .seconds(86_400))
        #expect(loaded.settings.audit.logPause == .seconds(5))
        #expect(loaded.settings.server.maximumBody == 65_536)
    }

    @Test func `all that was converted is told in one note, in the order of the file`() throws {
        let loaded = try parse(
            "[audit]\nlog_local = 'no'\n[ldap]\nport = '389'\ntls = 1\nbasedn = 'dc=x'\n[cache]\nport = '6379'")
        #expect(
            loaded.warnings.map(\.description) == [
                "config.toml:2:13: read as audit.log_local = false, ldap.port = 389, ldap.tls = true, cache.port = 6379: "
                    + "write numbers without quotes or fraction, booleans as true or false"
            ])
        #expect(try parse("[ldap]\nport = 389\ntls = true\nbasedn = 'dc=x'").warnings.isEmpty)
    }

    @Test func `the misspelling of the old example is taken with a note`() throws {
        let loaded = try parse("[audit]\naudit_result_success = \"unkown\"")
        #expect(loaded.settings.audit.resultSuccess == .unknown)
        #expect(
            loaded.warnings.map(\.description) == [
                "config.toml:2:1: audit.audit_result_success: \"unkown\" is taken for \"unknown\""
            ])
        #expect(problems("audit.audit_result_success = 'unkownn'").count == 1)
    }

    @Test(arguments: [
        ("192.0.2.0/255.255.255.0", "192.0.2.0/24"), ("192.0.2.0/0.0.0.255", "192.0.2.0/24"),
        ("192.0.2.0/0.0.0.0", "0.0.0.0/0"), ("192.0.2.0/255.255.255.255", "192.0.2.0/32"),
        ("192.0.2.77/255.255.255.0", "192.0.2.0/24"), ("192.0.2.0/0.0.0.1", "192.0.2.0/31"),
        ("192.0.2.0/0.0.3.255", "192.0.0.0/22"), ("192.0.2.0/024", "192.0.2.0/24"),
        ("192.0.2.0/128.0.0.0", "128.0.0.0/1"),
        ("192.0.2.0/127.255.255.255", "128.0.0.0/1"), ("192.0.2.0/0.255.255.255", "192.0.0.0/8"),
        ("2001:db8::/0032", "2001:db8::/32"), ("192.0.2.0/24", "192.0.2.0/24"),
    ])
    func `a network with a mask is that network, wherever the settings take networks`(written: String, network: String)
        throws
    {
        let settings = try parse(
            """
            [auth]
            disallow_passwords_from = ["\(written)"]
            [audit]
            ignore_networks = ["\(written)"]
            local_networks = { "\(written)" = "here" }
            """
        ).settings
        #expect(settings.auth.disallowPasswordsFrom.map(\.description) == [network])
        #expect(settings.audit.ignoreNetworks.map(\.description) == [network])
        #expect(settings.audit.localNetworks.map(\.prefix.description) == [network])
    }

    @Test(arguments: [
        "192.0.2.0/255.0.255.0", "192.0.2.0/1.1.1.1", "1.2.3.4/255.255.0.255", "2001:db8::/ffff:ffff::",
        "192.0.2.0/ 24",
        "192.0.2.0 /24", "192.0.2.0/255.255.255.00", "192.0.2.0/", "192.0.2.0/24/24", " 192.0.2.0/24", "192.0.2.0/+24",
        "192.0.2.0/33", "::ffff:192.0.2.0/255.255.255.0", "192.0.2.0/255.255.255", "192.0.2.0/٢٤", "192.0.2.0/-1",
        "2001:db8::/0.0.0.255", "/24", "192.0.2.0/99999999999999999999",
    ])
    func `what is no mask is refused`(written: String) {
        for text in ["auth.disallow_passwords_from = ['\(written)']", "audit.local_networks = { '\(written)' = 'x' }"] {
            let found = problems(text)
            #expect(found.count == 1)
            #expect(found.first?.contains("is not an address or a network") == true, "\(found)")
        }
    }

    @Test func `files that are not there are named in one round, each with its line`() {
        #expect(
            problems(
                """
                [audit]
                audit_result_success = "unkown"
                [audit.maxmind]
                city = "./mmdb/city.mmdb"
                asn = "/gone/asn.mmdb"
                [audit.lists]
                ip_networks = "./lists/ip.lst"
                coordinates = "circles"
                """
            ) == [
                "config.toml:4:8: audit.maxmind.city: there is no file \"/etc/x/mmdb/city.mmdb\"",
                "config.toml:5:7: audit.maxmind.asn: there is no file \"/gone/asn.mmdb\"",
                "config.toml:7:15: audit.lists.ip_networks: there is no file \"/etc/x/lists/ip.lst\"",
                "config.toml:8:15: audit.lists.coordinates: there is no file \"/etc/x/circles\"",
            ])
    }

    @Test(arguments: ["'[::1]'", "'::1'"])
    func `an IPv6 address may stand in brackets`(host: String) throws {
        let settings = try parse("[server]\nhost = \(host)\n[cache]\nhost = \(host)").settings
        #expect(settings.server.host == "::1")
        #expect(settings.cache.server.host == "::1")
        #expect(try parse("", overrides: SettingsOverrides(host: "[::1]")).settings.server.host == "::1")
    }

    @Test(arguments: ["[::1", "::1]", "[127.0.0.1]", "[]", "[localhost]", "[::1]:8000", "[::g]"])
    func `other brackets are one problem`(host: String) {
        #expect(problems("server.host = '\(host)'").count == 1)
        #expect(problems("", overrides: SettingsOverrides(host: host)).count == 1)
    }
}
