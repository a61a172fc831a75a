import ArgumentParser
import Doctor
import Foundation
import PythonRegex
import Settings

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Say what moving from the Python program takes, for its settings.",
        discussion: """
            Reads the old settings and lists, asks Dovecot for its version, and prints what works as it is, what has to be \
            changed, what is different, SQL, passdbs, and the commands in their order. Changes nothing. Exit status 78 if \
            something has to be changed first.

            Example: web-auth-server migrate --from /opt/dovecot_web_auth/config.toml
            """)

    @Option(help: "The old program's config.toml.")
    var from: String
    @Option(help: "The directory of its lists, where they are not where the settings say.")
    var lists: String?
    @Option(help: "Dovecot's configuration, where it is not its own.")
    var dovecotConfig: String?

    /// Lists are read whole, and are not longer.
    private static let mostBytes = 64 << 20

    func run() async throws {
        var environment = SettingsEnvironment.process
        environment.contents = { path throws(UnreadableFile) in try Self.contents(of: path) }
        let path = from.hasPrefix("/") ? from : "\(environment.workingDirectory)/\(from)"
        let bytes: [UInt8]
        do throws(UnreadableFile) { bytes = try environment.contents(path) } catch {
            throw SetupFailure(["\(from): cannot be read: \(error.reason)"], exitCode: .configuration)
        }
        var old = OldInstallation(
            file: from, bytes: bytes, directory: (path as NSString).deletingLastPathComponent,
            environment: environment, engine: PCRE2PatternEngine())
        if let lists {
            old.listsDirectory = lists
            old.lists = try files(in: lists)
        }
        if let outcome = await DovecotTools(configuration: dovecotConfig).settings(), outcome.status == 0 {
            old.dovecot = DovecotConfiguration(doveconf: outcome.output).version
        }
        old.unit = ServiceUnit.directories.map { "\($0)/dovecot-web-auth.service" }
            .first { FileManager.default.fileExists(atPath: $0) }
        let report = MigrationReport(old)
        print(report.text, terminator: "")
        if !report.problems.isEmpty { throw ExitCode(SetupFailure.Status.configuration.rawValue) }
    }

    private func files(in directory: String) throws(SetupFailure) -> [OldInstallation.ListFile] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw SetupFailure(["\(directory): is no directory that can be read (--lists)"], exitCode: .configuration)
        }
        return names.sorted().compactMap { name in
            (try? Self.contents(of: "\(directory)/\(name)")).map { OldInstallation.ListFile(name: name, bytes: $0) }
        }
    }

    /// A list is longer than settings are.
    private static func contents(of path: String) throws(UnreadableFile) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw UnreadableFile(reason: errno == EACCES ? "Permission denied" : "there is no such file")
        }
        guard data.count <= mostBytes else { throw UnreadableFile(reason: "it is longer than 64 MiB") }
        return Array(data)
    }
}
