import AppPasswordCore
import Foundation
import Settings

/// Which of the files that hold secrets, or decide over logins, everybody on the machine can read or write.
enum FileExposure {
    /// A note for each: the settings file, the files of secrets, the SQLite database, the state directory.
    static func notes(_ location: SettingsLocation, _ loaded: LoadedSettings) -> [String] {
        let settings = loaded.settings
        var files: [(name: String, path: String)] = []
        if case .file(let path) = location.source { files.append((path.written, path.resolved)) }
        files += loaded.secretFiles.map { ($0.place, $0.resolved) }
        if case .mariadb(let server) = settings.database.location, let key = server.tlsKey {
            files.append(("database.dsn: ssl_key", key))
        }
        if let file = settings.databaseFile { files.append(("database", file)) }
        files.append(("server.state_directory", settings.server.stateDirectory))
        return files.compactMap { note($0.name, $0.path) }
    }

    private static func note(_ name: String, _ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let ways = [(S_IROTH, "read"), (S_IWOTH, "write")].filter { status.st_mode & $0.0 != 0 }.map(\.1)
        guard !ways.isEmpty else { return nil }
        let mode = String(status.st_mode & 0o7777, radix: 8)
        return "\(name): everybody can \(ways.joined(separator: " and ")) \(path) (mode \(mode)); chmod o-rwx \(path)"
    }
}
