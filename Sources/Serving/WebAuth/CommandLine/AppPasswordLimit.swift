import AppPasswordCore
import ArgumentParser
import AuditCore
import Settings

extension AppPasswordCommand {
    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show or change what an app password may be used for, from where, and when.",
            discussion: """
                Changes only the limits that are given; the next login is judged by them. Without any it shows them.

                Example: web-auth-server app-password limit 17 --services imap,smtp --expires 90d
                """)
        @OptionGroup var options: ConfigOption
        @Argument(help: "The app password's id.")
        var id: Int64
        @OptionGroup var limits: LimitOptions
        @Flag(help: "Take all limits away, before those that are given are set.")
        var clear = false

        func run() async throws {
            let settings = try SettingsLocation(config: options.config).load().settings
            let database = try AppPasswordCommand.administration(settings)
            try await AppPasswordCommand.needLimits(database, settings)
            guard let stored = try await AppPasswordCommand.row(id, database) else {
                throw AppPasswordCommand.noSuchPassword(id)
            }
            let old: Limits
            do throws(LimitsError) {
                old = clear ? Limits() : try stored.limits?.read() ?? Limits()
            } catch {
                throw SetupFailure(
                    ["\(error.description): mend the row, or take its limits away with --clear"],
                    exitCode: .configuration)
            }
            guard clear || limits.isGiven else { return print("\(id)\t\(old.isEmpty ? "no limits" : old.text)") }
            let new = try limits.isGiven ? limits.applied(to: old, settings, at: .now) : Limits()
            let found = try await AppPasswordCommand.asking { () async throws(BackendError) in
                try await database.limit(id: id, new, afresh: clear)
            }
            if !found { throw AppPasswordCommand.noSuchPassword(id) }
            print("\(id)\t\(new.isEmpty ? "no limits" : new.text)")
        }
    }

    struct Rebind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the next login fix anew what an app password is bound to.",
            discussion: "Example: web-auth-server app-password rebind 17")
        @OptionGroup var options: ConfigOption
        @Argument(help: "The app password's id.")
        var id: Int64

        func run() async throws {
            try await AppPasswordCommand.change(id, options, ifNot: "is not to be bound: see app-password limit") {
                database async throws(BackendError) in try await database.rebind(id: id)
            }
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an app password again that is suspended: the very next login with it.",
            discussion: "Example: web-auth-server app-password release 17")
        @OptionGroup var options: ConfigOption
        @Argument(help: "The app password's id.")
        var id: Int64

        func run() async throws {
            try await AppPasswordCommand.change(id, options, ifNot: "is not suspended") {
                database async throws(BackendError) in try await database.release(id: id)
            }
        }
    }

    /// Has a database change one thing about the limits of a password, which must be there to be changed.
    ///
    /// - Parameters:
    ///   - trouble: What is said of a password where `body` finds nothing to change: `is not suspended`.
    ///   - body: False: there was nothing to change.
    private static func change(
        _ id: Int64, _ options: ConfigOption, ifNot trouble: String,
        _ body: (any AppPasswordAdministration) async throws(BackendError) -> Bool
    ) async throws {
        let settings = try SettingsLocation(config: options.config).load().settings
        let database = try administration(settings)
        try await needLimits(database, settings)
        let isChanged = try await asking { () async throws(BackendError) in try await body(database) }
        if isChanged { return }
        guard try await row(id, database) != nil else { throw noSuchPassword(id) }
        throw SetupFailure(["app password \(id) \(trouble)"], exitCode: .usage)
    }

    /// Why limits cannot be told; nil if they can.
    private static func blindness(
        _ database: any AppPasswordAdministration, _ settings: Settings
    ) async throws(SetupFailure) -> String? {
        let sees = try await asking { () async throws(BackendError) in try await database.seesLimits() }
        guard !sees else { return nil }
        let user = settings.databaseServer.map { " \($0.user.visible())" } ?? ""
        return
            "limits cannot be seen: there is no table app_password_limits, or the database's user\(user) may not read it "
            + "(docs/install.md has the GRANT)"
    }

    /// Says that limits are not shown because they cannot be seen.
    static func warnOfUnseenLimits(
        _ database: any AppPasswordAdministration, _ settings: Settings
    ) async throws(SetupFailure) {
        if let text = try await blindness(database, settings) { standardError("warning: \(text)") }
    }

    /// Ends a verb that is about limits where they cannot be seen.
    fileprivate static func needLimits(
        _ database: any AppPasswordAdministration, _ settings: Settings
    ) async throws(SetupFailure) {
        if let text = try await blindness(database, settings) { throw SetupFailure([text], exitCode: .permission) }
    }

    /// The password with this id; nil if there is none.
    static func row(
        _ id: Int64, _ database: any AppPasswordAdministration
    ) async throws(SetupFailure) -> AppPassword? {
        guard id > .min else { return nil }
        let rows = try await asking { () async throws(BackendError) in try await database.rows(after: id - 1, limit: 1)
        }
        return rows.first { $0.password.id == id }?.password
    }
}

extension StoredLimits {
    /// `limits: only imap,smtp`, as far as they can be read; nil if nothing is limited.
    var line: String? {
        do throws(LimitsError) {
            let limits = try read()
            return limits.isEmpty ? nil : "limits: \(limits.text)"
        } catch {
            return "limits: \(error.description), so logins are answered 503"
        }
    }

    /// The columns that are set, by their names.
    var value: AuditValue {
        .object(zip(Self.columnNames, columns).map { ($0, AuditValue($1)) })
    }
}
