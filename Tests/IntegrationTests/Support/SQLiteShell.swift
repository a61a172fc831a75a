import Testing

/// Changes an SQLite file behind the server's back, as an administrator or an import would.
enum SQLiteShell {
    static func run(_ statements: String, on path: String) throws {
        let python = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()"
        let result = try Tool.run("/usr/bin/python3", ["-c", python, path, statements])
        try #require(result.status == 0, "\(result.errors)")
    }
}
