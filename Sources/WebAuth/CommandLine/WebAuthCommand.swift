public import ArgumentParser

/// `web-auth-server`: the program's verbs.
public struct WebAuthCommand: AsyncParsableCommand {
    /// What `--help` says.
    public static let configuration = CommandConfiguration(
        commandName: "web-auth-server",
        abstract: "Answers Dovecot whether a password is one of a user's app passwords, and whether the place is welcome.",
        subcommands: [
            ServeCommand.self, CheckConfigCommand.self, ExplainCommand.self, AppPasswordCommand.self,
            ListsCommand.self, ReportCommand.self, DatabaseSchemaCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)

    /// Made by the parser.
    public init() {}

    /// Parses the command line, runs the verb, and ends the process with a status of sysexits(3).
    public static func runAndExit() async -> Never {
        DispatchLog.silence()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit()
        } catch let failure as SetupFailure {
            for problem in failure.problems { standardError(problem) }
            exit(withError: ExitCode(failure.exitCode.rawValue))
        } catch {
            exit(withError: error)
        }
    }
}

/// Where the settings are: every verb has it.
struct ConfigOption: ParsableArguments {
    @Option(help: "The settings file; else $CONFIG_PATH, ./config.toml, /etc/dovecot-web-auth/config.toml.")
    var config: String?
}
