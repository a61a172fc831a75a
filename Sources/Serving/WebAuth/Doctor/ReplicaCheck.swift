import AppPasswordCore
import Doctor
import Logging
import MariaDBStore
import Settings

extension DoctorCheck {
    /// The replica of `database.read_dsn`: whether it shows in time what is written into the primary.
    static func replica(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("replica") {
            guard let settings = context.settings(soundIn: "database"), let server = settings.database.replica else {
                return []
            }
            guard let database = try? BackEnds.openDatabase(settings, logger: .program(level: .error)),
                let lag = database.replicaLag
            else { return [] }
            do throws(ReplicaTrouble) {
                _ = try await lag()
                return []
            } catch {
                return [.replica(error, server, settings.database)]
            }
        }
    }
}

extension Finding {
    private static let consequence = "app passwords are read in the primary, which the replica was to take load off"

    fileprivate static func replica(
        _ trouble: ReplicaTrouble, _ server: DatabaseServer, _ settings: Settings.Database
    ) -> Finding {
        let place = server.unixSocket ?? "\(server.host):\(server.port)"
        switch trouble {
        case .noHeartbeat(let error):
            return .warning(
                "replica.heartbeat", "no heartbeat can be written in the primary: \(error.debugDescription)",
                why: consequence,
                change: "database/mariadb-replica.sql, with its GRANT, in the primary (docs/settings.md, [database])")
        case .unreadable(let error):
            return .warning(
                "replica.unreadable", "\(place): \(error.debugDescription)", why: consequence,
                change: "database.read_dsn; its user needs SELECT on app_passwords, app_password_limits, log and "
                    + "web_auth_heartbeat there")
        case .late:
            return .warning(
                "replica.late", "\(place) does not show within \(settings.longestReadLag) what the primary takes",
                why: consequence,
                change: "SHOW REPLICA STATUS there says what keeps it; or a longer database.read_max_lag, by which "
                    + "revocations are late then")
        }
    }
}
