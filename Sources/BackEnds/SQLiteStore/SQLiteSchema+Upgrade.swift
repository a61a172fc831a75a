internal import GRDB

extension SQLiteSchema {
    /// Brings a database of an earlier version up to date; looks at what is there, not at its number.
    static func upgrade(_ database: Database) throws {
        if try database.tableExists("log"), try !database.columns(in: "log").contains(where: { $0.name == "result" }) {
            try database.execute(sql: "ALTER TABLE log ADD COLUMN result TEXT")
            if try database.viewExists("app_passwords_with_log") {
                try database.execute(sql: "DROP VIEW app_passwords_with_log")
            }
            if try database.tableExists("app_passwords") { try database.execute(sql: view) }
        }
        if try database.tableExists("app_passwords"), try !database.tableExists("app_password_limits") {
            try database.execute(sql: limits)
        }
        if try database.tableExists("app_password_limits"),
            try !database.columns(in: "app_password_limits").contains(where: { $0.name == "suspended" })
        {
            try database.execute(sql: "ALTER TABLE app_password_limits ADD COLUMN suspended TEXT")
        }
        if try database.tableExists("app_passwords"), try database.tableExists("log") {
            try database.execute(sql: indexes)
        }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }
}
