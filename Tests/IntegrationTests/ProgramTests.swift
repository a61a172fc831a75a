import Foundation
import Testing

/// The verbs of the real program.
struct ProgramTests {
    @Test func `an app password is made, listed, renamed, revoked and removed`() throws {
        let directory = try TemporaryDirectory()
        let added = try Program.run(["app-password", "add", "alice", "--comment", "phone"], in: directory)
        #expect(added.status == 0, "\(added.errors)")
        #expect(try added.output.wholeMatch(of: Regex("[0-9A-Za-z]{4}(-[0-9A-Za-z]{4}){3}\n")) != nil)
        #expect(added.errors.contains("app password 1 for alice"))
        #expect(!added.errors.contains(added.output.dropLast()))
        let list = try Program.run(["app-password", "list", "alice", "--json"], in: directory).output
        #expect(list.contains(#""id":1,"user":"alice","comment":"phone""#))
        #expect(!list.contains("$6$"))
        #expect(try Program.run(["app-password", "rename", "1", "tablet"], in: directory).status == 0)
        #expect(try Program.run(["app-password", "list", "alice"], in: directory).output.contains("tablet"))
        #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
        #expect(try Program.run(["app-password", "list", "alice"], in: directory).output.contains("revoked"))
        #expect(try Program.run(["app-password", "history", "1", "--json"], in: directory).output == "[]\n")
        #expect(try Program.run(["app-password", "revoke", "1", "--hard"], in: directory).status == 0)
        #expect(try Program.run(["app-password", "history", "1"], in: directory).status == 64)
        #expect(try Program.run(["app-password", "rename", "99", "x"], in: directory).status == 64)
    }

    @Test(arguments: [
        (["explain", "192.0.2.300"], 64), (["explain", "fe80::1%eth0"], 0), (["nonsense"], 64),
        (["check-config"], 0), (["check-config", "--config", "missing.toml"], 78), (["database-schema", "oracle"], 64),
        (["database-schema", "sqlite", "--config", "any.toml"], 0),
        (["app-password", "add", "a\u{1}b"], 64), (["explain", "10.0.0.1", "--exit-code"], 0),
    ])
    func `verbs end with the statuses of sysexits`(arguments: [String], status: Int) throws {
        let result = try Program.run(arguments, in: TemporaryDirectory())
        #expect(Int(result.status) == status, "\(result.errors)")
    }

    @Test(arguments: ["sqlite", "mariadb"])
    func `the schema is the one in the repository`(dialect: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("database/\(dialect).sql").path
        let result = try Program.run(["database-schema", dialect], in: TemporaryDirectory())
        #expect(result.output == (try String(contentsOfFile: file, encoding: .utf8)))
    }

    @Test func `check-config names each problem with its place`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[server]\nport = 99999\n[audit]\nmod = \"watch\"\n")
        let result = try Program.run(["check-config"], in: directory)
        #expect(result.status == 78)
        #expect(result.errors.contains("config.toml:2:8: server.port"))
        #expect(result.errors.contains("config.toml:4:1: audit.mod"))
        #expect(result.errors.contains("mode"))
    }

    @Test func `check-config names bad lines of lists, and counts the good ones`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\nas_names = \"names.lst\"\n")
        try directory.write("nets.lst", "192.88.98.0/24\n192.88.98.0/99\n")
        try directory.write("names.lst", ".*VODAFONE.*\n(unclosed\n")
        let result = try Program.run(["check-config"], in: directory)
        #expect(result.status == 78)
        #expect(result.errors.contains("nets.lst:2:"))
        #expect(result.errors.contains("names.lst:2:"))
        #expect(result.output.contains("ip_networks: 1 entry"))
    }

    @Test func `check-config names bad lines also where a MaxMind file is broken`() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            "[audit.lists]\nip_networks = \"nets.lst\"\n[audit.maxmind]\ncity = \"city.mmdb\"\n")
        try directory.write("nets.lst", "nonsense\n")
        try directory.write("city.mmdb", "no MMDB")
        let result = try Program.run(["check-config"], in: directory)
        #expect(result.status == 78)
        #expect(result.errors.contains("config.toml:4:8: audit.maxmind.city: "))
        #expect(result.errors.contains("nets.lst:1:"))
    }

    @Test func `explain and check-config use MaxMind's files`() throws {
        let directory = try TemporaryDirectory()
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../GeoIPTests/Fixtures").standardized.path
        try directory.write(
            "config.toml",
            """
            [audit.maxmind]
            city = "\(fixtures)/city.mmdb"
            asn = "\(fixtures)/asn.mmdb"
            [audit.lists]
            geo_location_ids = "places.lst"
            as_numbers = "as.lst"
            """)
        try directory.write("places.lst", "567293 Dagestan\n")
        try directory.write("as.lst", "AS63949\n")
        #expect(try Program.run(["check-config"], in: directory).status == 0)
        let denied = try Program.run(["explain", "176.112.169.218", "--exit-code"], in: directory)
        #expect(denied.status == 1)
        #expect(denied.output.contains("places.lst:1"))
        #expect(denied.output.contains("403 access from Dagestan is forbidden"))
        let byNumber = try Program.run(["explain", "139.162.133.252", "--exit-code"], in: directory)
        #expect(byNumber.output.contains("403 access from Akamai Connected Cloud is forbidden"))
        try directory.write("config.toml", "[audit.maxmind]\ncity = \"as.lst\"\n")
        let broken = try Program.run(["check-config"], in: directory)
        #expect(broken.status == 78)
        #expect(
            broken.errors.contains("config.toml:2:8: audit.maxmind.city: \"\(directory.path)/as.lst\" is no MMDB file"))
    }

    @Test func `explain tells the verdict, the line, and what the user would be told`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n")
        try directory.write("nets.lst", "# bad people\n192.88.98.0/24 since May\n")
        let text = try Program.run(["explain", "192.88.98.7", "--exit-code"], in: directory)
        #expect(text.status == 1)
        #expect(text.output.contains("nets.lst:2"))
        #expect(text.output.contains("403 access from 192.88.98.0/24 is forbidden"))
        let json = try Program.run(["explain", "192.88.98.7", "--json"], in: directory).output
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["verdict"] as? String == "deny")
        #expect(object["rule"] as? String == "nets.lst:2")
        #expect(object["http"] as? Int == 403)
        #expect(try Program.run(["explain", "192.88.99.7", "--exit-code"], in: directory).status == 0)
    }
}
