import AppPasswordCore
import AuditCore
import Doctor
import Foundation
import Logging
import PasswordSchemes
import Settings

extension DoctorCheck {
    /// More rows than this are left to `app-password audit`.
    private static let mostRows = 200

    /// The first rows of the app passwords, as `app-password audit` sees them, which is a sample for the directory, too.
    static func appPasswords(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("passwords") {
            guard let settings = context.settings(soundIn: "database", "server", "ldap") else { return [] }
            if let file = settings.databaseFile, !FileManager.default.fileExists(atPath: file) { return [] }
            guard
                let database = try? BackEnds.openDatabase(settings, makesFile: false, logger: .program(level: .error)),
                let rows = try? await database.administration.rows(after: .min, limit: mostRows)
            else { return [] }  // said by the check of the database
            var names = AccountNames(BackEnds.openDirectory(settings))
            var found: [(AppPasswordRow, AppPasswordFinding)] = []
            var sample = (asked: 0, known: 0)
            let end = ContinuousClock.now + .seconds(10)
            for row in rows where ContinuousClock.now < end {
                let account: AccountAnswer?
                do throws(SetupFailure) { account = try await names.account(of: row) } catch { break }
                if let account {
                    sample.asked += 1
                    if account != .notFound { sample.known += 1 }
                }
                let problem = StoredHash.problem(row.password.storedHash)
                found += row.findings(account: account, hashTrouble: problem, at: .now).filter(\.kind.isFault).map {
                    (row, $0)
                }
            }
            if sample.asked > 0, sample.known == 0, let ldap = settings.ldap {
                found.removeAll { $1.kind == .unreachable }
                return [.noAccounts(sample.asked, ldap)] + kinds(found)
            }
            return kinds(found)
        }
    }

    private static func kinds(_ found: [(AppPasswordRow, AppPasswordFinding)]) -> [Finding] {
        AppPasswordFinding.Kind.allCases.compactMap { kind in
            let rows = found.filter { $1.kind == kind }
            guard let (row, first) = rows.first else { return nil }
            let others = rows.count > 1 ? ", and \(rows.count - 1) more" : ""
            return .warning(
                "passwords.\(kind.rawValue)",
                "app password \(row.password.id) of \(row.password.uid.visible()): \(first.detail)\(others)",
                why: kind == .date
                    ? "the password counts as revoked, or as older than any"
                    : kind == .limits
                        ? "nobody knows what it is for: logins with it are answered 503" : "nobody can log in with it",
                change:
                    "web-auth-server app-password revoke \(row.password.id), or mend the row; app-password audit lists all",
                hints: ["web-auth-server app-password audit"])
        }
    }
}

extension Finding {
    fileprivate static func noAccounts(_ count: Int, _ ldap: Settings.LDAP) -> Finding {
        .error(
            "directory.filter",
            "of \(count) names with app passwords the directory has none, by \(ldap.filter) below \(ldap.baseDN)",
            why: "every login ends with \"user not found\"",
            change: "ldap.filter or ldap.basedn: they have to find one entry for a login name")
    }
}
