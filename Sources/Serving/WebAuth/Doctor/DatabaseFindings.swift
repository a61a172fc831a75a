import AppPasswordCore
import AuditCore
import Doctor
import Foundation
import MariaDBStore

extension DatabaseSurvey {
    /// More than this is no matter of a slow answer.
    private static let clockTolerance = 5_000

    /// What is not as it should be with the tables and the server.
    ///
    /// - Parameters:
    ///   - now: Our own time.
    ///   - poolSize: How many connections are wanted.
    func findings(at now: Timestamp, poolSize: Int) -> [Finding] {
        engineFindings + letterFindings + collationFindings + indexFindings + resultFindings + clockFindings(now)
            + limitFindings(poolSize)
    }

    /// What an account may not do of what it has to.
    func missing(_ outcomes: [(right: DatabaseRight, trouble: BackendError?)]) -> [Finding] {
        outcomes.compactMap { right, trouble in
            guard let trouble else { return nil }
            if trouble.detail.contains("1146") || trouble.detail.contains("1356") {
                return .error(
                    "database.tables", "\(database): \(trouble.detail)",
                    why: right.consequence, change: "mariadb \(shellName) < database/mariadb.sql",
                    hints: ["web-auth-server database-schema mariadb | mariadb \(shellName)"])
            }
            if trouble.detail.contains("1054") {
                return .error(
                    "database.columns", "\(database): \(trouble.detail)", why: right.consequence,
                    change: "the tables are not those of the plugin: compare them with database/mariadb.sql")
            }
            if ["1142", "1143", "1044"].contains(where: trouble.detail.contains) {
                let grant = right.grant(in: sqlName, to: account)
                return .error(
                    "database.grant.\(right.id)", "\(user) \(right.refusal) (\(trouble.detail))",
                    why: right.consequence,
                    change: grant, hints: [grant + ";"])
            }
            if trouble.detail.contains("1290") || trouble.detail.contains("1792") {
                return .error(
                    "database.readonly", "the server takes no changes: \(trouble.detail)", why: right.consequence,
                    change: "database.dsn: name the server that is written to, or SET GLOBAL read_only = 0")
            }
            return .error(
                "database.right.\(right.id)", "\(user) \(right.refusal): \(trouble.code.name) (\(trouble.detail))",
                why: right.consequence, change: "what the server says of it; try the statement in its own client")
        }
    }

    /// `` `mailserver`@`localhost` ``.
    private var account: String {
        guard let at = user.lastIndex(of: "@") else { return user }
        let (name, host) = (String(user[..<at]), String(user[user.index(after: at)...]))
        return "\(PastedText.sqlQuoted(name))@\(PastedText.sqlQuoted(host))"
    }

    private var sqlName: String { PastedText.sqlName(database) }
    private var shellName: String { PastedText.shellWord(database) }

    private var upgrade: [String] { ["mariadb \(shellName) < database/mariadb-upgrade.sql"] }

    private var engineFindings: [Finding] {
        engines.filter { $0.value != "innodb" }.sorted { $0.key < $1.key }.map { table, engine in
            .error(
                "database.engine", "\(database).\(table) is kept by \(engine)",
                why: "nothing is rolled back there: rows of the log are lost or written twice after a crash",
                change: "ALTER TABLE \(sqlName).\(table) ENGINE = InnoDB",
                hints: ["ALTER TABLE \(sqlName).\(table) ENGINE = InnoDB;"])
        }
    }

    /// Columns whose character set has not every letter.
    private var letterFindings: [Finding] {
        let poor = columns.filter { $0.characterSet.map { !$0.hasPrefix("utf8") } ?? false }
        guard let first = poor.first else { return [] }
        return [
            .warning(
                "database.letters",
                "\(poor.map { "\($0.table).\($0.name)" }.joined(separator: ", ")): \(first.characterSet ?? "") has not every letter",
                why:
                    "names and places lose letters (Łódź becomes ?ód?), and a name that does not fit has no app passwords",
                change: "ALTER TABLE \(first.table) CONVERT TO CHARACTER SET utf8mb4",
                hints: Set(poor.map(\.table)).sorted().map {
                    "ALTER TABLE \(sqlName).\($0) CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;"
                })
        ]
    }

    private var collationFindings: [Finding] {
        columns.filter { $0.table == "app_passwords" && $0.name == "uid" }.compactMap { column in
            guard let collation = column.collation, !collation.hasSuffix("_bin") else { return nil }
            return .warning(
                "database.collation",
                "app_passwords.uid is compared as \(collation): müller is muller there, Alice is alice",
                why: "the service compares bytes itself, but the webmail shows each the other's app passwords",
                change: "mariadb \(shellName) < database/mariadb-upgrade.sql", hints: upgrade)
        }
    }

    private var indexFindings: [Finding] {
        var findings: [Finding] = []
        func has(_ table: String, _ leading: [String]) -> Bool {
            indexes.contains { $0.table == table && $0.columns.starts(with: leading) }
        }
        if columns.contains(where: { $0.table == "app_passwords" }), !has("app_passwords", ["uid"]) {
            findings.append(
                .warning(
                    "database.index.passwords", "app_passwords has no index that begins with uid",
                    why: "every login reads the whole table", change: "ALTER TABLE app_passwords ADD INDEX (uid)",
                    hints: ["ALTER TABLE \(sqlName).app_passwords ADD INDEX (uid);"]))
        }
        if columns.contains(where: { $0.table == "log" }), !has("log", ["pwid", "timestamp"]) {
            findings.append(
                .warning(
                    "database.index.log", "log has no index (pwid, timestamp)",
                    why:
                        "the webmail's pages read all uses of a password for the last of them, and grow slow with the log",
                    change: "mariadb \(shellName) < database/mariadb-upgrade.sql",
                    hints: ["ALTER TABLE \(sqlName).log ADD INDEX log_pwid_timestamp (pwid, `timestamp`);"]))
        }
        if hasLimits, names(of: "log").contains("result"), !has("log", ["pwid", "result"]) {
            findings.append(
                .warning(
                    "database.index.log_result", "log has no index (pwid, result, timestamp)",
                    why: "the last use of a password that was refused often since is looked for in all its rows",
                    change: "mariadb \(shellName) < database/mariadb-upgrade.sql",
                    hints: [
                        "ALTER TABLE \(sqlName).log ADD INDEX log_pwid_result_timestamp (pwid, result, `timestamp`);"
                    ]))
        }
        return findings
    }

    private func names(of table: String) -> [String] {
        columns.filter { $0.table == table }.map { $0.name.lowercased() }
    }

    /// Whether refused logins can be told from uses.
    private var resultFindings: [Finding] {
        let names = columns.filter { $0.table == "log" }.map { $0.name.lowercased() }
        guard !names.isEmpty else { return [] }
        var findings: [Finding] = []
        if !hasLimits {
            findings.append(
                .warning(
                    "database.limits", "there is no table app_password_limits, or \(user) may not read it",
                    why: "app passwords cannot be limited; limits that are there do not count",
                    change: "mariadb \(shellName) < database/mariadb-upgrade.sql, and the right of database/grants.sql",
                    hints: upgrade + [
                        "GRANT SELECT, INSERT (pwid, suspended), UPDATE (bound, announced, suspended) ON \(sqlName).app_password_limits TO \(account);"
                    ]))
        }
        if names.contains("result") { return findings }
        return findings + [
            .warning(
                "database.result", "log has no column result",
                why: "logins that are refused with a right password are in the audit trail only, not in log",
                change: "mariadb \(shellName) < database/mariadb-upgrade.sql", hints: upgrade)
        ]
    }

    private func clockFindings(_ now: Timestamp) -> [Finding] {
        var findings: [Finding] = []
        let difference = time.milliseconds - now.milliseconds
        if abs(difference) > Self.clockTolerance {
            findings.append(
                .warning(
                    "database.clock",
                    "the server's clock is \(abs(difference) / 1000) s \(difference > 0 ? "ahead of" : "behind") ours (UTC)",
                    why: "times of app passwords and of their uses, and those of revocations, do not fit together",
                    change: "timedatectl set-ntp true, on both machines", hints: ["timedatectl set-ntp true"]))
        }
        let local = columns.filter { ($0.fallback ?? "").lowercased().hasPrefix("current_timestamp") }
        if !isInUTC, !local.isEmpty {
            let names = local.map { "\($0.table).\($0.name)" }.joined(separator: ", ")
            findings.append(
                .warning(
                    "database.zone",
                    "\(names) default to the server's local time (\(timeZone)); all other times are UTC",
                    why: "rows that others add without a time are hours off",
                    change: "mariadb \(shellName) < database/mariadb-upgrade.sql", hints: upgrade))
        }
        return findings
    }

    private func limitFindings(_ poolSize: Int) -> [Finding] {
        guard connectionLimit <= poolSize else { return [] }
        return [
            .warning(
                "database.connections",
                "the server allows \(user) \(connectionLimit) connections, database.pool_size is \(poolSize)",
                why: "logins make do with fewer and wait for one another",
                change: "database.pool_size = \(max(1, connectionLimit - 1)), or raise max_user_connections")
        ]
    }
}

extension DatabaseRight {
    /// For ids of findings.
    fileprivate var id: String {
        switch self {
        case .readPasswords: "passwords_select"
        case .readLog: "log_select"
        case .writeLog: "log_insert"
        case .readLimits: "limits_select"
        case .bindPassword: "limits_update_bound"
        case .noteAnnouncement: "limits_update_announced"
        case .listPasswords: "view_select"
        case .addPassword: "passwords_insert"
        case .renamePassword: "passwords_update_comment"
        case .revokePassword: "passwords_update_deleted"
        }
    }

    fileprivate var refusal: String {
        switch self {
        case .readPasswords: "may not read app_passwords"
        case .readLog: "may not read log"
        case .writeLog: "may not insert into log"
        case .readLimits: "may not read app_password_limits"
        case .bindPassword: "may not update bound in app_password_limits"
        case .noteAnnouncement: "may not update announced in app_password_limits"
        case .listPasswords: "may not read the view app_passwords_with_log"
        case .addPassword: "may not insert into app_passwords"
        case .renamePassword: "may not update comment in app_passwords"
        case .revokePassword: "may not update deleted in app_passwords"
        }
    }

    fileprivate var consequence: String {
        switch self {
        case .readPasswords: "every login is answered 503"
        case .readLog: "after a crash it cannot be found out which rows were written"
        case .writeLog:
            "uses of app passwords pile up in the spool and never reach the log; after a restart of the service, or on another server, "
                + "a password that ends when it is not used ends although it is"
        case .readLimits: "every login is answered 503, as nobody can tell what limits its password"
        case .bindPassword: "the first login with a password that is to be bound to its place is answered 503"
        case .noteAnnouncement: "the end of an app password is not announced"
        case .listPasswords: "the webmail shows no app passwords"
        case .addPassword: "nobody can make an app password in the webmail"
        case .renamePassword: "nobody can rename an app password in the webmail"
        case .revokePassword: "nobody can revoke an app password in the webmail and keep its history"
        }
    }

    fileprivate func grant(in database: String, to account: String) -> String {
        let rights =
            switch self {
            case .readPasswords: "SELECT ON \(database).app_passwords"
            case .readLog: "SELECT ON \(database).log"
            case .writeLog: "SELECT, INSERT ON \(database).log"
            case .readLimits: "SELECT ON \(database).app_password_limits"
            case .bindPassword: "UPDATE (bound) ON \(database).app_password_limits"
            case .noteAnnouncement: "UPDATE (announced) ON \(database).app_password_limits"
            case .listPasswords: "SELECT, SHOW VIEW ON \(database).app_passwords_with_log"
            case .addPassword: "SELECT, INSERT (uid, password, created) ON \(database).app_passwords"
            case .renamePassword: "UPDATE (comment) ON \(database).app_passwords"
            case .revokePassword: "UPDATE (deleted) ON \(database).app_passwords"
            }
        return "GRANT \(rights) TO \(account)"
    }
}
