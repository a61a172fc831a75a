import Foundation

/// The systemd unit of the service, as far as it matters for looking at its files.
struct ServiceUnit: Sendable, Equatable {
    /// Where units lie, the administrator's own first.
    static let directories = ["/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"]

    /// Its file.
    var path: String
    /// The program of `ExecStart=`.
    var program: String?
    /// `User=`.
    var user: String?
    /// `StateDirectory=`, as a path.
    var stateDirectory: String?
    /// Whether it hides `/home` and `/root`.
    var hidesHome = false
    /// Whether it hides `/tmp`.
    var hidesTemporary = false

    /// Files of units with a name, the one in force first.
    static func files(_ name: String, in directories: [String]) -> [String] {
        directories.map { "\($0)/\(name)" }.filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// The unit of this program that is installed.
    static func installed() -> ServiceUnit? { find("web-auth.service", in: directories) }

    /// Reads a unit and its drop-ins.
    static func find(_ name: String, in directories: [String]) -> ServiceUnit? {
        for directory in directories {
            guard let text = text(of: "\(directory)/\(name)") else { continue }
            var unit = ServiceUnit(path: "\(directory)/\(name)")
            unit.read(text)
            for drops in directories.reversed().map({ "\($0)/\(name).d" }) {
                let files = (try? FileManager.default.contentsOfDirectory(atPath: drops)) ?? []
                for file in files.sorted() where file.hasSuffix(".conf") {
                    if let text = Self.text(of: "\(drops)/\(file)") { unit.read(text) }
                }
            }
            return unit
        }
        return nil
    }

    /// Takes what a unit file or drop-in says.
    mutating func read(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces)
            let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            switch key {
            case "ExecStart":
                program = value.split(separator: " ").first.map { String($0.drop { "@-:+!".contains($0) }) }
            case "User": user = value.isEmpty ? nil : value
            case "StateDirectory":
                stateDirectory = value.split(separator: " ").first.map { "/var/lib/\($0)" }
            case "ProtectHome": hidesHome = ["yes", "true", "on", "1", "tmpfs"].contains(value)
            case "PrivateTmp": hidesTemporary = ["yes", "true", "on", "1", "disconnected"].contains(value)
            default: continue
            }
        }
    }

    /// Whether the service does not see a file that is there.
    func hides(_ path: String) -> Bool {
        hidesHome && ["/home/", "/root/", "/run/user/"].contains { path.hasPrefix($0) }
            || hidesTemporary && ["/tmp/", "/var/tmp/"].contains { path.hasPrefix($0) }
    }

    private static func text(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
