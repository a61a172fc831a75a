import Foundation
import TestServers
import Testing

/// The Debian packages that `scripts/package` has built for a release.
struct BuiltPackages: CustomTestStringConvertible {
    /// The release's code name: `bookworm`.
    let release: String
    /// Where they lie.
    let directory: String

    var testDescription: String { release }

    /// Of each release for which they are there. In CI those for both Debians have to be.
    static let all: [BuiltPackages] = {
        let root = "\(Tool.sources)/.build-package"
        let built = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted().filter { release in
            BuiltPackages(release: release, directory: "\(root)/\(release)").file("dovecot-web-auth_") != nil
        }
        let wanted = isCI ? ["bookworm", "trixie"] : []
        return Set(built + wanted).sorted().map { BuiltPackages(release: $0, directory: "\(root)/\($0)") }
    }()

    /// Whether what is not there is a failure.
    static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

    /// What a skipped suite says.
    static let missing = "packages are not tested: scripts/package"

    /// The only package whose name begins so.
    private func file(_ prefix: String) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let found = names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".deb") }
        return found.count == 1 ? "\(directory)/\(found[0])" : nil
    }

    var server: String { get throws { try #require(file("dovecot-web-auth_"), "scripts/package \(release)") } }
    var lua: String { get throws { try #require(file("dovecot-web-auth-lua_"), "scripts/package \(release)") } }
    var symbols: String { get throws { try #require(file("dovecot-web-auth-dbgsym_"), "scripts/package \(release)") } }

    /// A field of a package: `Depends`.
    static func field(_ name: String, of package: String) throws -> String {
        try Tool.run("/usr/bin/env", ["dpkg-deb", "--field", package, name]).output.trimmingCharacters(in: .newlines)
    }

    /// What a package needs; of alternatives the first.
    static func needs(of package: String) throws -> [String] {
        try field("Depends", of: package).split(separator: ", ").compactMap { need in
            need.split { $0 == " " || $0 == "|" }.first.map(String.init)
        }
    }

    /// The files and directories of a package, by their path, with type and mode (`-rw-r--r--`), owner and size.
    static func contents(of package: String) throws -> [String: (mode: String, owner: String, size: Int)] {
        let list = try Tool.run("/usr/bin/env", ["dpkg-deb", "--contents", package])
        try #require(list.status == 0, "\(list.errors)")
        return try Dictionary(
            list.output.split(separator: "\n").map { line in
                let fields = line.split(separator: " ", maxSplits: 5)
                let path = try #require(fields.last).split(separator: " -> ")[0].dropFirst()
                return (String(path), (String(fields[0]), String(fields[1]), Int(fields[2]) ?? 0))
            }, uniquingKeysWith: { first, _ in first })
    }
}
