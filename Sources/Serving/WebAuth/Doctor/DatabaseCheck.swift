import AppPasswordCore
import AuditCore
import Doctor
import Foundation
import Logging
import MariaDBStore
import Settings

extension DoctorCheck {
    /// The database: whether it can be asked, what the service may do there, and what its tables are like.
    static func database(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("database") {
            guard let settings = context.settings(soundIn: "database", "server") else { return [] }
            if let server = settings.databaseServer { return await mariadb(server, settings) }
            return await embedded(settings, context.user)
        }
    }

    /// What the webmail's plugin may do, with its own user.
    ///
    /// - Parameter dsn: As the service's own is written.
    static func webmail(_ dsn: String, _ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("webmail") {
            guard case .mariadb(let server)? = try? DatabaseDSN(dsn.trimmingCharacters(in: .whitespacesAndNewlines))
            else {
                return [
                    .error(
                        "webmail.dsn", "what --webmail-dsn-file names is no DSN of a MariaDB server",
                        why: "the webmail's rights cannot be tried", change: "mysql://roundcube:…@host/mail_auth")
                ]
            }
            return await mariadb(server, context.settings ?? Settings(), rights: DatabaseRight.ofWebmail)
        }
    }

    private static func mariadb(
        _ server: DatabaseServer, _ settings: Settings, rights: [DatabaseRight] = DatabaseRight.ofService
    ) async -> [Finding] {
        var configuration = MariaDBStore.Configuration(server: server)
        configuration.poolSize = 1
        configuration.timeout = settings.database.timeout
        configuration.writeTimeout = settings.database.timeout
        let store = MariaDBStore(configuration)
        do throws(BackendError) {
            let survey = try await store.survey()
            let isService = rights == DatabaseRight.ofService
            let outcomes = try await store.attempt(
                rights + (isService && survey.hasLimits ? DatabaseRight.ofLimits : []))
            let missing = survey.missing(outcomes)
            // The tables themselves are looked at once, as the service sees them.
            guard isService else { return missing }
            return missing + survey.findings(at: .now, poolSize: settings.database.poolSize)
        } catch {
            return [.unreachable(server, error)]
        }
    }

    private static func embedded(_ settings: Settings, _ user: ServiceUser) async -> [Finding] {
        guard let file = settings.databaseFile else { return [] }
        // One that is not there yet is made by the service, if it may; its state directory is looked at by itself.
        guard FileManager.default.fileExists(atPath: file) else {
            let directory = (file as NSString).deletingLastPathComponent
            guard directory != settings.server.stateDirectory, let parent = user.obstacleToMaking(file) else {
                return []
            }
            let remedy = "install -d -m 700 -o \(user.name) \(directory)"
            return [
                .error(
                    "database.file", "\(file) is not there, and \(user.name) cannot make it in \(parent)",
                    why: "the service does not start without its database", change: remedy, hints: [remedy])
            ]
        }
        var trouble = ""
        do throws(SetupFailure) {
            let store = try BackEnds.openDatabase(settings, makesFile: false, logger: .program(level: .error)).passwords
            if let (_, found) = await BackEndQuestion.ask([.database(store)]).first, let found {
                trouble = found.detail
            }
        } catch { trouble = error.description }
        guard !trouble.isEmpty else { return [] }
        return [
            .error(
                "database.file", "\(file): \(trouble)", why: "no app password can be read: logins are answered 503",
                change: "the file has to be an SQLite database that the service may write to; restore it from a copy")
        ]
    }
}

extension Finding {
    /// Why a server cannot be asked, and what to do.
    fileprivate static func unreachable(_ server: DatabaseServer, _ error: BackendError) -> Finding {
        let words = error.detail.isEmpty ? error.code.name : "\(error.code.name): \(error.detail)"
        let place = server.unixSocket ?? "\(server.host):\(server.port)"
        let (id, change): (String, String) =
            switch error.code {
            case _ where error.detail.contains("1044"), _ where error.detail.contains("1049"):
                (
                    "database.missing",
                    "make the database that database.dsn names, and give its user rights (docs/install.md, 2)"
                )
            case .refused where error.detail.contains("1045") || error.detail.contains("1698"):
                (
                    "database.access",
                    "user and password in database.dsn, or the host that the user is for: CREATE USER …@host"
                )
            case .unreachable, .timedOut:
                (
                    "database.unreachable",
                    "host, port or unix_socket in database.dsn, or start the server: systemctl start mariadb"
                )
            default: ("database.refused", "what the server says; docs/install.md, 2")
            }
        return .error(
            id, "\(place): \(words)", why: "no app password can be read: every login is answered 503", change: change)
    }
}
