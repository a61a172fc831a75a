import ArgumentParser
import AuditCore
import GeoIP
import Logging
import Settings

struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Parse the settings and every list, and name each problem.",
        discussion: "Prints each problem as file:line:column: message; exit status 78 if there is any.")

    @OptionGroup var options: ConfigOption

    func run() async throws {
        let location = try SettingsLocation(config: options.config)
        let loaded = try location.load()
        for note in loaded.notes { print("note: \(note)") }
        let geo: MMDBGeoSource?
        do throws(SetupFailure) {
            let logger = Logger.program(level: .warning)
            geo = try BackEnds.openGeo(loaded.settings, logger: logger)
            _ = try Lookups.clients(loaded.settings, makesFiles: false, logger)
        } catch {
            throw SetupFailure(error.problems + LoadedPolicy.problems(of: loaded.settings), exitCode: error.exitCode)
        }
        let policy = try LoadedPolicy(loaded.settings, sources: FactSources(geo: geo)) { _ in }
        for note in policy.notes + (geo?.notes(for: policy.counts, at: .now) ?? []) { print("note: \(note)") }
        for (list, entries) in policy.counts {
            let format = policy.formats[list].map { " (\($0))" } ?? ""
            print("\(list.rawValue): \(entries) \(entries == 1 ? "entry" : "entries")\(format)")
        }
        guard policy.problems.isEmpty else { throw SetupFailure(policy.problems, exitCode: .configuration) }
        switch location.source {
        case .file(let path): print("\(path.written): ok")
        case .embeddedDefault: print("no settings file: the embedded default is used")
        }
    }
}
