import Doctor
import Foundation
import Testing

@testable import WebAuth

/// What doctor sees in units.
struct ServiceUnitTests {
    @Test func `a unit from source that hides the package's is named`() throws {
        let directory = NSTemporaryDirectory() + "/units-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (own, packaged) = ("\(directory)/etc", "\(directory)/lib")
        for (place, program) in [(own, "/usr/local/bin/web-auth-server"), (packaged, "/usr/bin/web-auth-server")] {
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try "[Service]\nExecStart=-\(program) serve\nUser=mail\n".write(
                toFile: "\(place)/web-auth.service", atomically: false, encoding: .utf8)
        }
        let findings = DoctorCheck.shadowedUnit(in: [own, packaged])
        #expect(findings.map(\.id) == ["service.shadowed_unit"])
        #expect(
            "\(findings)".contains(
                "\(own)/web-auth.service hides \(packaged)/web-auth.service and starts /usr/local/bin/web-auth-server"))
        #expect(DoctorCheck.shadowedUnit(in: [packaged]).isEmpty)
        #expect(DoctorCheck.shadowedUnit(in: []).isEmpty)
        let unit = try #require(ServiceUnit.find("web-auth.service", in: [own, packaged]))
        #expect(unit.program == "/usr/local/bin/web-auth-server" && unit.user == "mail")
    }
}
