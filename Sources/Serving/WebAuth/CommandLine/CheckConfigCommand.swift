import ArgumentParser
import AuditCore
import Foundation
import Logging
import RedisClient
import Settings

struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Parse the settings and every list, and name each problem.",
        discussion: """
            Prints each problem as file:line:column: message, all of them at once; exit status 78 if there is any. With \
            --connect also asks the database, its replica, the directory and Redis, and prints what each answered; 69 if one did not.

            Example: web-auth-server check-config --connect --config /etc/dovecot-web-auth/config.toml
            """)

    @OptionGroup var options: ConfigOption
    @Flag(help: "Ask the database, its replica, the directory and Redis, too.")
    var connect = false

    func run() async throws {
        let (location, settings, files) = try read()
        try conclude(location, files, silent: connect ? await askBackEnds(settings) : [])
    }

    /// The same where nobody is asked, with no task.
    func runAlone() throws {
        let (location, _, files) = try read()
        try conclude(location, files, silent: [])
    }

    /// Reads the settings and every list, and prints what they are.
    private func read() throws -> (location: SettingsLocation, settings: Settings, files: FileCheck) {
        let location = try SettingsLocation(config: options.config)
        let loaded: LoadedSettings
        do throws(SetupFailure) {
            loaded = try location.load()
        } catch {
            for note in error.notes { print("note: \(note)") }
            throw error
        }
        let files = FileCheck(loaded.settings)
        for note in loaded.notes + FileExposure.notes(location, loaded) + files.notes { print("note: \(note)") }
        for (list, entries, format) in files.counts {
            print("\(list): \(entries) \(entries == 1 ? "entry" : "entries")\(format.map { " (\($0))" } ?? "")")
        }
        return (location, loaded.settings, files)
    }

    /// Ends the verb with what was found.
    private func conclude(_ location: SettingsLocation, _ files: FileCheck, silent: [String]) throws {
        guard files.problems.isEmpty else { throw SetupFailure(files.problems, exitCode: .configuration) }
        switch location.source {
        case .file(let path): print("\(path.written): ok")
        case .embeddedDefault: print("no settings file: the embedded default is used")
        }
        guard silent.isEmpty else {
            throw SetupFailure(["cannot be asked: \(silent.joined(separator: ", "))"], exitCode: .unavailable)
        }
    }

    /// Prints a line for each back end; returns those that cannot be asked.
    private func askBackEnds(_ settings: Settings) async -> [String] {
        var questions: [BackEndQuestion] = []
        var silent: [String] = []
        if let file = settings.databaseFile, !FileManager.default.fileExists(atPath: file) {
            let (asking, directory) = (ServiceUser.current, (file as NSString).deletingLastPathComponent)
            if let closed = asking.obstacle(.enter, to: directory) {
                print("database: whether \(file) is there is not to be seen: \(asking.name) may not enter \(closed)")
            } else if let parent = asking.obstacleToMaking(file) {
                print("database: \(file) is not there, and cannot be made in \(parent)")
                silent.append("database")
            } else {
                print("database: \(file) is not there yet; the service makes it")
            }
        } else {
            do throws(SetupFailure) {
                let logger = Logger.program(level: .warning)
                let database = try BackEnds.openDatabase(settings, makesFile: false, logger: logger)
                questions.append(.database(database.passwords))
                if let lag = database.replicaLag { questions.append(.replica(lag)) }
            } catch {
                print("database: \(error)")
                silent.append("database")
            }
        }
        if let directory = BackEnds.openDirectory(settings) { questions.append(.directory(directory)) }
        if settings.cache.mode == .redis {
            questions.append(.redis(RedisClient(RedisClient.Configuration(settings.cache.server))))
        }
        if settings.shared.secret != nil {
            questions.append(.redis(RedisClient(RedisClient.Configuration(settings.shared.server)), "shared"))
        }
        for (name, trouble) in await BackEndQuestion.ask(questions) {
            print("\(name): \(trouble?.detail ?? "ok")")
            if trouble != nil { silent.append(name) }
        }
        return silent
    }
}
