import AppPasswordCore
import ArgumentParser
import AuditCore
import Doveadm
import Settings

extension AppPasswordCommand {
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke an app password: the very next login with it is refused, and its sessions end.",
            discussion: """
                Sessions are ended where the settings have [dovecot] doveadm. What cannot be reached is said; the service goes on \
                trying for an hour.

                Example: web-auth-server app-password revoke 17
                """)
        @OptionGroup var options: ConfigOption
        @Argument(help: "The app password's id.")
        var id: Int64?
        @Option(help: "With --all: all app passwords of this account.")
        var user: String?
        @Flag(help: "With --user: all that are in force.")
        var all = false
        @Flag(help: "Remove it with its history, so that a login with it counts as a wrong password.")
        var hard = false
        @Flag(help: "Leave its sessions open; the service will not: it looks for what was revoked, whoever did it.")
        var noKick = false

        func validate() throws {
            guard (id != nil) != (user != nil), (user != nil) == all else {
                throw ValidationError("give the id of an app password, or --user USER --all")
            }
        }

        func run() async throws {
            let settings = try SettingsLocation(config: options.config).load().settings
            let database = try AppPasswordCommand.administration(settings)
            var passwords: [(id: Int64, user: String)] = []
            if let user {
                passwords = try await AppPasswordCommand.asking { () async throws(BackendError) in
                    try await database.list(uid: user)
                }.filter { hard || $0.deleted == nil }.map { ($0.id, $0.uid) }
                if passwords.isEmpty { throw SetupFailure(["\(user.visible()) has no app password"], exitCode: .usage) }
            } else if let id {
                guard let row = try await AppPasswordCommand.row(id, database) else {
                    throw AppPasswordCommand.noSuchPassword(id)
                }
                passwords = [(id, row.uid)]
            }
            var tasks: [SessionEnder.Task] = []
            var wasRevoked = false
            for password in passwords {
                // Before its history may be gone.
                let addresses = await SessionPlaces.addresses(of: password.id, database)
                let isNew = try await AppPasswordCommand.asking { () async throws(BackendError) in
                    try await database.revoke(id: password.id, hard: hard, at: nil)
                }
                if id == nil { print("\(password.id)\trevoked") }
                wasRevoked = wasRevoked || !isNew
                tasks.append(
                    SessionEnder.Task(
                        passwordID: password.id, logins: [password.user], addresses: addresses, reason: .revoked))
            }
            // After the database has it.
            await EndSignal(settings)?.tellNow()
            if !noKick { await Self.endSessions(tasks, settings.dovecot) }
            if let id, wasRevoked { throw SetupFailure(["app password \(id) is revoked already"], exitCode: .usage) }
        }

        private static func endSessions(_ tasks: [SessionEnder.Task], _ settings: Settings.Dovecot) async {
            guard let key = settings.apiKey else { return }
            let client = DoveadmClient()
            for name in settings.doveadm {
                let ender = SessionEnder(
                    DoveadmServer(url: name, key: key, client: client), withoutAlias: settings.kickWithoutAlias)
                for task in tasks {
                    let id = task.passwordID ?? 0
                    do throws(SessionServerError) {
                        let result = try await ender.end(task)
                        if let trouble = result.trouble {
                            standardError("sessions of app password \(id) at \(name) stay open: \(trouble)")
                        }
                        guard let way = result.way else { continue }
                        standardError(
                            "app password \(id): \(result.sessions) session\(result.sessions == 1 ? "" : "s") ended at \(name), "
                                + "by \(way)")
                    } catch {
                        standardError(
                            "sessions of app password \(id) at \(name) may be open still: \(error.description); "
                                + "the service goes on trying for an hour")
                        break
                    }
                }
            }
            await client.shutDown()
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a user's open sessions, on Dovecot 2.4 with the app passwords that opened them.",
            discussion: """
                Asks every server of [dovecot] doveadm. Before Dovecot 2.4 no session says which password opened it.

                Example: web-auth-server app-password sessions alice --json
                """)
        @OptionGroup var options: ConfigOption
        @Argument(help: "The account, as Dovecot spells it.")
        var user: String
        @Flag(help: "Print one JSON array.")
        var json = false

        func run() async throws {
            let settings = try SettingsLocation(config: options.config).load().settings.dovecot
            guard let key = settings.apiKey, !settings.doveadm.isEmpty else {
                throw SetupFailure(["the settings have no [dovecot] doveadm to ask"], exitCode: .configuration)
            }
            let client = DoveadmClient()
            var values: [AuditValue] = []
            var troubles: [String] = []
            for name in settings.doveadm {
                do throws(SessionServerError) {
                    for session in try await DoveadmServer(url: name, key: key, client: client).sessions(of: user) {
                        let id = session.passwordID
                        values.append(
                            .object([
                                ("user", .text(session.user)), ("service", .text(session.service)),
                                ("ip", AuditValue(session.address)), ("password", id.map { .integer($0) } ?? .none),
                                ("pid", AuditValue(session.processID)), ("server", .text(name)),
                            ]))
                        if json { continue }
                        let from = session.address?.visible(limit: 60) ?? "this machine"
                        let service = session.service.visible(limit: 60)
                        print("\(id.map { "\($0)" } ?? "-")\t\(service)\t\(from)\t\(name)")
                    }
                } catch {
                    troubles.append("\(name): \(error.description)")
                }
            }
            await client.shutDown()
            if json { print(AuditValue.list(values).jsonText) }
            if !troubles.isEmpty { throw SetupFailure(troubles, exitCode: .unavailable) }
        }
    }
}
