import AuditCore
import Foundation
import GeoIP
import Logging

/// The fixtures, and a directory of its own for each test that changes files.
final class Databases: Sendable {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    static func fixture(_ name: String) -> String { fixtures.appending(path: name).path }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: fixtures.appending(path: name))) }

    static func source(
        city: String? = fixture("city.mmdb"), asn: String? = fixture("asn.mmdb"), logger: Logger = .silent
    ) throws -> MMDBGeoSource {
        try MMDBGeoSource(GeoConfiguration(city: city, asn: asn), logger: logger)
    }

    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "geoip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// Writes a new file and renames it into place, as geoipupdate does.
    @discardableResult
    func replace(_ name: String, with bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: directory.appending(path: name), options: .atomic)
        return path(name)
    }

    /// Writes into the file that is there.
    func overwrite(_ name: String, with bytes: [UInt8]) throws {
        let handle = try FileHandle(forWritingTo: directory.appending(path: name))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
