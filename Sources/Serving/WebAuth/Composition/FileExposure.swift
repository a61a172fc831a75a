import AppPasswordCore
import Foundation
import Settings

/// A file that holds secrets, or decides over logins, and that everybody on the machine can read or write.
struct FileExposure: Sendable {
    /// What names it: `config.toml:2:14: server.token_file`.
    let name: String
    let path: String
    /// `read and write`.
    let ways: String
    /// Whether everybody can write to it.
    let isWritable: Bool
    /// `644`.
    let mode: String

    /// What closes it.
    var remedy: String { "chmod o-rwx \(path)" }
    /// In a line.
    var note: String { "\(name): everybody can \(ways) \(path) (mode \(mode)); \(remedy)" }

    /// A note for each: the settings file, the files of secrets, the SQLite database, the state directory.
    static func notes(_ location: SettingsLocation, _ loaded: LoadedSettings) -> [String] {
        all(location, loaded.settings, secretFiles: loaded.secretFiles).map(\.note)
    }

    /// Each of these that is exposed.
    static func all(
        _ location: SettingsLocation, _ settings: Settings, secretFiles: [SettingsPath]
    ) -> [FileExposure] {
        var files: [(name: String, path: String)] = []
        if case .file(let path) = location.source { files.append((path.written, path.resolved)) }
        files += secretFiles.map { ($0.place, $0.resolved) }
        if case .mariadb(let server) = settings.database.location, let key = server.tlsKey {
            files.append(("database.dsn: ssl_key", key))
        }
        if let file = settings.databaseFile { files.append(("database", file)) }
        // What ./var is at the root of the file system has to stay as it is.
        if settings.server.stateDirectory != "/var" {
            files.append(("server.state_directory", settings.server.stateDirectory))
        }
        return files.compactMap { FileExposure($0.name, $0.path) }
    }

    private init?(_ name: String, _ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let ways = [(S_IROTH, "read"), (S_IWOTH, "write")].filter { status.st_mode & $0.0 != 0 }.map(\.1)
        guard !ways.isEmpty else { return nil }
        (self.name, self.path, self.ways) = (name, path, ways.joined(separator: " and "))
        isWritable = status.st_mode & S_IWOTH != 0
        mode = String(status.st_mode & 0o7777, radix: 8)
    }
}
