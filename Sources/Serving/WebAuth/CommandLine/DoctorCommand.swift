import AppPasswordCore
import ArgumentParser
import AuditCore
import Doctor
import Foundation
import Locks
import Settings
import UnixSignals

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what is wrong with the installation, and say what to change.",
        discussion: """
            Looks at settings, lists, files and their owners, the database and the rights there, its replica, the directory, Redis, \
            MaxMind's files, the resolver, the journal, the running service and Dovecot, and goes on after each finding. \
            Says nothing if all is well. With --login it also proves with real logins (doveadm auth test) and an app \
            password of a moment what is let in and what is not. Exit status 0, 1 with warnings, 2 with errors. Run it as \
            root, who may look at everything.

            Example: web-auth-server doctor --login alice
            """)

    /// What can be left out.
    enum Area: String, CaseIterable, ExpressibleByArgument {
        case database, replica, passwords, directory, redis, shared, dns, journal, service, sessions, dovecot
    }

    @OptionGroup var options: ConfigOption
    @Flag(help: "Print one JSON object.")
    var json = false
    @Flag(help: "Print lines to paste that mend what was found, too.")
    var fixHints = false
    @Option(help: "Leave out: \(Area.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated.")
    var skip: [Area] = []
    @Option(help: "A file with the DSN of the webmail's plugin, whose rights are tried, too.")
    var webmailDsnFile: String?
    @Option(help: "Dovecot's configuration, where it is not its own.")
    var dovecotConfig: String?
    @Option(help: "Try logins of this user.")
    var login: String?
    @Option(help: "Where the logins come from.")
    var from = "192.0.2.1"
    @Option(help: "The service that they are for.")
    var service = "imap"
    @Option(help: "A file with the user's main password, which is tried where Dovecot has to refuse it.")
    var mainPasswordFile: String?

    func validate() throws {
        guard IPAddress(from) != nil else { throw ValidationError("--from \(from): is not an IPv4 or IPv6 address") }
        if let mainPasswordFile, FileManager.default.contents(atPath: mainPasswordFile) == nil {
            throw ValidationError("--main-password-file \(mainPasswordFile): cannot be read")
        }
        if let login, !login.isPlausibleLogin {
            throw ValidationError("--login: a name with control characters or outer blanks can never log in")
        }
    }

    func run() async throws {
        var context = DoctorContext(config: options.config)
        context.login = login
        let tools = DovecotTools(configuration: dovecotConfig)
        var diagnosis = await DoctorCheck.run(try checks(context, tools))
        var steps: [ProofStep]?
        if let login {
            let result = try await prove(login, context, tools)
            steps = result.steps
            diagnosis.findings += result.findings
        }
        if json {
            print(diagnosis.json(steps: steps))
        } else {
            for step in steps ?? [] { print(step.line) }
            print(diagnosis.text(hasHints: fixHints), terminator: "")
        }
        if diagnosis.exitStatus != 0 { throw ExitCode(diagnosis.exitStatus) }
    }

    private func checks(_ context: DoctorContext, _ tools: DovecotTools) throws -> [DoctorCheck] {
        var checks: [DoctorCheck] = [
            .settings(context), .lists(context), .files(context), .stateDirectory(context), .database(context),
            .replica(context),
        ]
        if let webmailDsnFile { checks.append(.webmail(try text(of: webmailDsnFile), context)) }
        checks += [
            .appPasswords(context), .directory(context), .redis(context), .shared(context), .resolver(context),
            .journal(context), .service(context), .sessions(context), .dovecot(context, tools),
        ]
        let left = Set(skip.map(\.rawValue))
        return checks.filter { !left.contains($0.area) }
    }

    private func prove(_ user: String, _ context: DoctorContext, _ tools: DovecotTools) async throws
        -> LoginProof.Result
    {
        guard let settings = context.settings(soundIn: "server", "database", "audit"), let address = IPAddress(from)
        else {
            var result = LoginProof.Result()
            result.skip("logins", "none can be tried with these settings")
            return result
        }
        let interruption = Interruption()
        let proof = LoginProof(
            user: user, service: service, address: address,
            mainPassword: try mainPasswordFile.map { String(try text(of: $0).prefix { !$0.isNewline }) },
            settings: settings, tools: tools, isInterrupted: { interruption.isSet.withLock { $0 } })
        // Whoever ends us means the waiting, not the cleaning up.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { interruption.isSet.withLock { $0 = true } }
            }
            defer { group.cancelAll() }
            return await proof.run()
        }
    }

    private func text(of path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SetupFailure(["\(path): cannot be read"], exitCode: .usage)
        }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Whether somebody has asked the program to end.
private final class Interruption: Sendable {
    let isSet = Mutex(false)
}
