import AppPasswordCore
import ArgumentParser
import AuditCore
import Logging
import PasswordSchemes
import Settings

struct AppPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app-password", abstract: "Manage app passwords from a shell.",
        discussion: "Example: web-auth-server app-password list alice",
        subcommands: [
            Add.self, List.self, Rename.self, Limit.self, Rebind.self, Release.self, Revoke.self, Sessions.self,
            History.self,
            Audit.self,
        ])

    /// Opens the database that the settings name.
    fileprivate static func administration(
        _ options: ConfigOption
    ) async throws(SetupFailure) -> any AppPasswordAdministration {
        try administration(SettingsLocation(config: options.config).load().settings)
    }

    /// Opens the database of these settings. Which file it is gets said: a shell that stands elsewhere, or has not the
    /// service's `$STATE_DIRECTORY`, may mean another one.
    static func administration(_ settings: Settings) throws(SetupFailure) -> any AppPasswordAdministration {
        var logger = Logger.program(level: settings.log.level)
        logger.logLevel = max(logger.logLevel, .warning)
        if let file = settings.databaseFile { standardError("the database is \(file)") }
        return try BackEnds.openDatabase(settings, logger: logger).administration
    }

    /// Runs one operation on the database; its trouble ends the program with 69.
    static func asking<Value>(
        _ operation: () async throws(BackendError) -> Value
    ) async throws(SetupFailure) -> Value {
        do throws(BackendError) { return try await operation() } catch { throw SetupFailure(error) }
    }

    static func noSuchPassword(_ id: Int64) -> SetupFailure {
        SetupFailure(["there is no app password \(id)"], exitCode: .usage)
    }
}

extension AppPasswordCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an app password; prints it, once and alone, on standard output.",
            discussion: """
                The password may be limited to services, places and a time: see docs/limits.md.

                Example: web-auth-server app-password add alice --comment "scanner" --services smtp --expires 365d
                """)
        @OptionGroup var options: ConfigOption
        @Argument(help: "The account.")
        var user: String
        @Option(help: "What it is for: \"phone\".")
        var comment: String?
        @Option(help: "How it is stored: \(PasswordScheme.allCases.map(\.rawValue).joined(separator: ", ")).")
        var scheme: String = PasswordScheme.sha512Crypt.rawValue
        @OptionGroup var limits: LimitOptions

        func run() async throws {
            guard user.isPlausibleLogin else {
                throw SetupFailure(
                    ["a name with control characters or outer blanks can never log in"], exitCode: .usage)
            }
            guard let scheme = PasswordScheme(name: scheme) else {
                throw ValidationError("unknown scheme \(scheme)")
            }
            let settings = try SettingsLocation(config: options.config).load().settings
            let limits = try self.limits.isGiven ? self.limits.applied(to: Limits(), settings, at: .now) : nil
            let database = try AppPasswordCommand.administration(settings)
            let password = AppPasswordGenerator.password()
            let stored = try scheme.hash(password)
            let id = try await AppPasswordCommand.asking { () async throws(BackendError) in
                try await database.add(uid: user, storedHash: stored, comment: comment, created: .now, limits: limits)
            }
            print(String(decoding: password.bytes, as: UTF8.self))
            standardError("app password \(id) for \(user); it is shown only now")
            if let limits, !limits.isEmpty { standardError(limits.text) }
            if let directory = BackEnds.openDirectory(settings), let warning = await warning(directory) {
                standardError("warning: \(warning)")
            }
        }

        /// Why the password may be of no use; it is made all the same, as accounts may come later.
        private func warning(_ directory: some AccountDirectory) async -> String? {
            let name = user.visible()
            do throws(BackendError) {
                switch try await directory.account(for: user) {
                case .notFound: return "the directory has no account \(name), so nobody can log in with it"
                case .ambiguous: return "the directory has several accounts \(name), so nobody can log in with it"
                case .found(let account) where account.isDisabled:
                    return "the account \(name) is disabled in the directory"
                case .found(let account) where !account.uid.utf8.elementsEqual(user.utf8):
                    return
                        "the directory spells the account \(account.uid.visible()): only logins as \(name) can use it"
                case .found: return nil
                }
            } catch {
                return "whether there is an account \(name) could not be found out: \(error.debugDescription)"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a user's app passwords, revoked ones too.",
            discussion: "Example: web-auth-server app-password list alice --json")
        @OptionGroup var options: ConfigOption
        @Argument(help: "The account.")
        var user: String
        @Flag(help: "Print one JSON array.")
        var json = false

        func run() async throws {
            let settings = try SettingsLocation(config: options.config).load().settings
            let database = try AppPasswordCommand.administration(settings)
            let rows = try await AppPasswordCommand.asking { () async throws(BackendError) in
                try await database.list(uid: user)
            }
            try await AppPasswordCommand.warnOfUnseenLimits(database, settings)
            if json { return print(AuditValue.list(rows.map(\.value)).jsonText) }
            for row in rows {
                let used = row.lastUsed.map { "last used \($0.time) \($0.line)" } ?? "never used"
                let state = row.deleted.map { ", revoked \($0)" } ?? ""
                let limits = row.limits?.line.map { ", \($0)" } ?? ""
                print("\(row.id)\t\((row.comment ?? "").auditEscaped(for: .bracketed))\t\(used)\(state)\(limits)")
            }
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what an app password is called.",
            discussion: "Example: web-auth-server app-password rename 17 \"old phone\"")
        @OptionGroup var options: ConfigOption
        @Argument(help: "The app password's id.")
        var id: Int64
        @Argument(help: "The new comment.")
        var comment: String

        func run() async throws {
            let database = try await AppPasswordCommand.administration(options)
            let found = try await AppPasswordCommand.asking { () async throws(BackendError) in
                try await database.rename(id: id, comment: comment)
            }
            if !found { throw AppPasswordCommand.noSuchPassword(id) }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the logins with an app password, refused ones too, newest first.",
            discussion: "Example: web-auth-server app-password history 17 --limit 10")
        @OptionGroup var options: ConfigOption
        @Argument(help: "The app password's id.")
        var id: Int64
        @Option(help: "How many.")
        var limit = 50
        @Option(help: "How many to leave out.")
        var offset = 0
        @Flag(help: "Print one JSON array.")
        var json = false

        func validate() throws {
            guard (1...100_000).contains(limit), offset >= 0 else {
                throw ValidationError("--limit is 1 to 100000, --offset 0 or more")
            }
        }

        func run() async throws {
            let database = try await AppPasswordCommand.administration(options)
            let rows = try await AppPasswordCommand.asking { () async throws(BackendError) in
                try await database.history(id: id, limit: limit, offset: offset)
            }
            guard let rows else { throw AppPasswordCommand.noSuchPassword(id) }
            if json { return print(AuditValue.list(rows.map(\.value)).jsonText) }
            for row in rows {
                let refused = row.refusal.map { ", refused: \($0.auditEscaped(for: .bracketed))" } ?? ""
                print("\(row.time)\t\(row.line)\(refused)")
            }
        }
    }
}

extension AppPasswordSummary {
    fileprivate var value: AuditValue {
        .object([
            ("id", .integer(id)), ("user", .text(uid)), ("comment", AuditValue(comment)),
            ("created", AuditValue(created?.description)), ("deleted", AuditValue(deleted?.description)),
            ("last_used", lastUsed?.value ?? .none), ("limits", limits?.value ?? .none),
        ])
    }
}

extension LoginLogRow {
    fileprivate var value: AuditValue {
        .object([
            ("timestamp", .text(time.description)), ("service", .text(service)),
            ("src_ip", AuditValue(sourceAddress)), ("src_rdns", AuditValue(sourceName)),
            ("src_loc", AuditValue(sourceLocation)), ("src_isp", AuditValue(sourceISP)),
            ("result", AuditValue(refusal)),
        ])
    }

    /// `imap from 192.0.2.1 (host.example.com, Berlin, Example Net)`.
    fileprivate var line: String {
        let details = [sourceName, sourceLocation, sourceISP].compactMap { $0 }.joined(separator: ", ")
        let text = "\(service) from \(sourceAddress ?? "this machine")" + (details.isEmpty ? "" : " (\(details))")
        return text.auditEscaped(for: .bracketed)
    }
}
