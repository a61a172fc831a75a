import AuditCore
import Testing

@testable import Whois

@Suite struct RegistryTests {
    @Test(arguments: [
        (Registry.arin, "whois.arin.net", "n + 192.0.2.1\r\n"), (.ripencc, "whois.ripe.net", "-r 192.0.2.1\r\n"),
        (.apnic, "whois.apnic.net", "192.0.2.1\r\n"), (.lacnic, "whois.lacnic.net", "192.0.2.1\r\n"),
        (.afrinic, "whois.afrinic.net", "192.0.2.1\r\n"),
    ])
    func `each registry is asked in its own way`(registry: Registry, server: String, query: String) {
        #expect(registry.whoisServer == server)
        #expect(registry.whoisQuery(for: IPAddress(v4: 0xC000_0201)) == query)
    }

    @Test(arguments: [
        ("https://rdap.arin.net/registry/", Registry.arin), ("https://rdap.db.ripe.net/", .ripencc),
        ("HTTPS://RDAP.APNIC.NET", .apnic), ("http://rdap.lacnic.net:80/rdap/", .lacnic),
        ("https://rdap.registro.br/", .lacnic), ("https://rdap.afrinic.net/rdap/", .afrinic),
        ("https://rdap.example.net/", nil), ("https://notarin.net/", nil), ("https://arin.net.example.com/", nil),
        ("https://example.com/rdap.arin.net", nil), ("https://example.com#.arin.net", nil), ("rdap.arin.net", nil),
        ("ftp://rdap.arin.net/", nil), ("https:/rdap.arin.net/", nil), ("", nil), ("https://", nil),
        ("https://arin.net@example.com/", nil),
    ])
    func `a base URL tells whose it is`(url: String, registry: Registry?) {
        #expect(Registry(baseURL: url) == registry)
    }

    @Test(arguments: [
        ("ASSIGNED PA", true), ("assigned", true), ("ASSIGNED NON-PORTABLE", true), ("AGGREGATED-BY-LIR", true),
        ("REASSIGNMENT", true), ("Reassigned", true), ("ALLOCATED PA", false), ("SUB-ALLOCATED PA", false),
        ("LIR-PARTITIONED PA", false), ("LEGACY", false), ("REALLOCATION", false), ("DIRECT ALLOCATION", false),
        ("", false),
        ("UNASSIGNED", false),
    ])
    func `only assignments stand for all of their addresses`(type: String, isLeaf: Bool) {
        #expect(RegistrationKind.isLeaf(type) == isLeaf)
    }

    @Test(arguments: [
        ("NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK", "ALLOCATED UNSPECIFIED", true),
        ("IANA-BLK", "ALLOCATED UNSPECIFIED", true),
        ("IANA-NETBLOCK-8", "ALLOCATED PORTABLE", true), ("ERX-NETBLOCK", "ALLOCATED PORTABLE", true),
        ("RIPE-ERX-139-162-0-0", "Early Registrations, Transferred to RIPE NCC", true),
        ("APNIC-110", "Allocated to APNIC", true),
        ("X", "Early Registrations, Maintained by RIPE NCC", true),
        ("X", "Early Registrations, Maintained by ARIN", false), ("X", "IANA Special Use", true),
        ("IANA-BLOCK", "ALLOCATED PORTABLE", true), ("STUB-1-179-112SLASH20", "ALLOCATED PORTABLE", true),
        ("STUB-1", "ASSIGNED PA", false), ("ERX-TANET", "ALLOCATED PORTABLE", false),
        ("NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK", "ASSIGNED PA", false), ("IANA-BLK", nil, false),
        ("IANA-SHOP", "ALLOCATED PA", false), ("EXAMPLE", "ALLOCATED UNSPECIFIED", false),
    ])
    func `space of others is known by its registry's words, not by a name one can choose`(
        name: String, type: String?, isPlaceholder: Bool
    ) {
        #expect(RegistrationKind(name: name, type: type, country: "DE").isPlaceholder == isPlaceholder)
    }

    @Test(arguments: [
        ("DE", "DE"), (" de ", "DE"), ("EU # Country is really world wide", "EU"), ("", nil), (" ", nil), ("#", nil),
        ("D", nil),
        ("DEU", nil), ("D1", nil), ("ß", nil), ("@[", nil), ("Germany", nil),
    ])
    func `a country is two letters, upper-cased`(text: String, country: String?) {
        #expect(ForeignText.country(text) == country)
    }

    @Test func `a long text is cut, and trimmed where it was cut`() {
        let head = String(repeating: "x", count: ForeignText.maxLength - 1)
        #expect(ForeignText.value(" \(head) and more") == head)
        #expect(ForeignText.value(" \u{FEFF}\t\n\u{0}\u{A0}") == nil)
    }
}
