package import ArgumentParser
import CProgram
import Foundation

/// `web-auth-server`: the program's verbs.
package struct WebAuthCommand: AsyncParsableCommand {
    /// What `--help` says.
    package static let configuration = CommandConfiguration(
        commandName: "web-auth-server",
        abstract:
            "Answers Dovecot whether a password is one of a user's app passwords, and whether the place is welcome.",
        version: programVersionAndCommit,
        subcommands: [
            ServeCommand.self, CheckConfigCommand.self, DoctorCommand.self, MigrateCommand.self, ExplainCommand.self,
            AppPasswordCommand.self, ListsCommand.self, ReportCommand.self, ReplayCommand.self, SuggestCommand.self,
            DatabaseSchemaCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)

    /// Made by the parser.
    package init() {}

    /// What the program was called with. Swift would read it from `/proc`, and take it for empty where there is none.
    private static var arguments: [String] {
        (1..<max(1, program_argument_count())).compactMap { program_argument($0).map { String(cString: $0) } }
    }

    /// Parses the command line, runs the verb, and ends the process with a status of sysexits(3).
    ///
    /// To be called first of all: once there is a task, libdispatch has opened descriptors.
    package static func runAndExit() -> Never {
        DispatchLog.silence()
        HangUp.hold()
        StandardOutput.prepare()
        // With the first task libdispatch counts its threads there, and would end the process in the middle of its work.
        guard access("/proc/self/cmdline", R_OK) == 0 else { end(performAlone()) }
        Task { end(await perform()) }
        dispatchMain()
    }

    /// Last, so that it holds for every verb, however it ends and whatever it has said.
    private static func end(_ status: ExitCode) -> Never {
        if let problem = StandardOutput.finish() {
            standardError(problem)
            exit(withError: ExitCode(SetupFailure.Status.output.rawValue))
        }
        exit(withError: status)
    }

    /// Parses the command line and runs the verb.
    ///
    /// - Returns: What to end with.
    private static func perform() async -> ExitCode {
        do {
            var command = try parseAsRoot(arguments)
            if !(command is ServeCommand) { HangUp.release() }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            ProgramLog.flush()
            return .success
        } catch { return told(error) }
    }

    /// The same without `/proc`, on this thread: verbs that wait for others (the service, those that ask servers) say that they
    /// cannot, and end with 71 (EX_OSERR).
    private static func performAlone() -> ExitCode {
        do {
            var command = try parseAsRoot(arguments)
            HangUp.release()
            if let check = command as? CheckConfigCommand, !check.connect {
                try check.runAlone()
            } else if command is any AsyncParsableCommand {
                standardError("there is no /proc here, and the program cannot run without it: mount -t proc proc /proc")
                return ExitCode(71)
            } else {
                try command.run()
            }
            ProgramLog.flush()
            return .success
        } catch { return told(error) }
    }

    /// Says what ended a verb.
    private static func told(_ error: any Error) -> ExitCode {
        if let failure = error as? SetupFailure {
            // Where nobody has read the log, nobody would read this either.
            if ProgramLog.flush() { for problem in failure.problems { standardError(problem) } }
            return ExitCode(failure.exitCode.rawValue)
        }
        ProgramLog.flush()
        let status = exitCode(for: error)
        let text = fullMessage(for: error)
        // Help that was asked for is output, like any other.
        if text.isEmpty { return status }
        if status.isSuccess { print(text) } else { standardErrorText(text) }
        return status
    }
}

/// Where the settings are: every verb has it.
struct ConfigOption: ParsableArguments {
    @Option(help: "The settings file; else $CONFIG_PATH, ./config.toml, /etc/dovecot-web-auth/config.toml.")
    var config: String?
}
