import AuditCore
import Foundation
import GeoIP
import Testing

struct OpeningTests {
    private func problems(city: String? = nil, asn: String? = nil) -> [String] {
        do throws(GeoDatabaseError) {
            _ = try MMDBGeoSource(GeoConfiguration(city: city, asn: asn), logger: .silent)
            return []
        } catch {
            return error.problems.map(\.reason)
        }
    }

    @Test func `a file of another kind is refused by name`() {
        #expect(
            problems(city: Databases.fixture("asn.mmdb")) == [
                "is a GeoLite2-ASN database: its records hold no places"
            ])
        #expect(
            problems(asn: Databases.fixture("city.mmdb")) == [
                "is a GeoLite2-City database: its records hold no AS numbers or names"
            ])
        #expect(
            problems(asn: Databases.fixture("anonymous.mmdb")) == [
                "is a GeoIP2-Anonymous-IP database: its records hold no AS numbers or names"
            ])
    }

    @Test func `every file that cannot be used is named`() throws {
        let databases = try Databases()
        let empty = try databases.replace("empty.mmdb", with: [])
        #expect(problems(city: databases.path("none"), asn: empty) == ["No such file or directory", "is empty"])
        #expect(problems(city: databases.directory.path) == ["is no regular file"])
        #expect(problems(city: Databases.fixture("make.py")) == ["is no MMDB file, or cut off"])
        #expect(mkfifo(databases.path("pipe"), 0o600) == 0)
        #expect(problems(city: databases.path("pipe")) == ["is no regular file"])
    }

    @Test func `a problem is shown with its file`() throws {
        let error = #expect(throws: GeoDatabaseError.self) { try Databases.source(city: "/nowhere", asn: "/neither") }
        #expect(error?.description == "/nowhere: No such file or directory\n/neither: No such file or directory")
    }

    @Test(arguments: [
        ("node_count", OneRecord.metadata(nodes: 200)),
        ("node_count", OneRecord.metadata(nodes: 0)),
        ("database_type", OneRecord.metadata(type: "")),
        ("nested lists", OneRecord.metadata(more: [OneRecord.text("x") + [1, 4, 1, 4, 0x41, 65]])),
        ("a list that points at itself", OneRecord.metadata(more: [OneRecord.text("x") + [2, 4, 0x20, 0, 0x20, 0]])),
        ("a list longer than the file", OneRecord.metadata(more: [OneRecord.text("x") + [31, 4, 255, 255, 255]])),
        ("a text longer than the file", OneRecord.metadata(more: [OneRecord.text("x") + [0x5F, 255, 255, 255]])),
        ("not a map", [0x41, 65]), ("nothing", []), ("an unknown type", [0, 250]),
    ])
    func `bad metadata is refused`(what: String, metadata: [UInt8]) throws {
        let databases = try Databases()
        let path = try databases.replace("x.mmdb", with: OneRecord.database([0xE0], metadata: metadata))
        #expect(problems(city: path).count == 1, "\(what)")
    }

    @Test func `the smallest database there is opens`() throws {
        let databases = try Databases()
        #expect(problems(city: try databases.replace("x.mmdb", with: OneRecord.database([0xE0]))) == [])
    }
}
