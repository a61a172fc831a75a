import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Locks
import MariaDBStore
import TestServers
import Testing

/// Settings of a server that must not cost anybody a login.
@Suite(
    .enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"), .serialized, .timeLimit(.minutes(5)))
struct ServerSettingsTests {
    /// What a store has said.
    private final class Notices: Sendable {
        private let notices = Mutex<[MariaDBNotice]>([])
        var all: [MariaDBNotice] { notices.withLock { $0 } }
        func append(_ notice: MariaDBNotice) { notices.withLock { $0.append(notice) } }
    }

    private func logins(_ count: Int, _ store: MariaDBStore) async -> [BackendError] {
        await withTaskGroup(of: BackendError?.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do throws(BackendError) {
                        let rows = try await store.passwords(of: "alice")
                        #expect(rows.map(\.id) == [1])
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: []) { if let error = $1 { $0.append(error) } }
        }
    }

    // MARK: - Character sets

    @Test(arguments: [
        ["--init-connect=SET NAMES latin1"], ["--init-connect=SET NAMES ascii, sql_mode = ''"],
        ["--skip-character-set-client-handshake", "--character-set-server=latin1"],
        ["--skip-character-set-client-handshake", "--character-set-server=utf8mb3", "--init-connect=SET NAMES latin1"],
    ])
    func `names beyond ASCII are found and places are stored, whatever the server takes for the client's character set`(
        options: [String]
    ) async throws {
        let server = try await MariaDBServer(options: options)
        let database = try await TestDatabase(.new, on: server)
        for (index, name) in ["müller9", "żółw", "名前", "😀"].enumerated() {
            try await database.sql(
                "SET NAMES utf8mb4; INSERT INTO app_passwords (id, uid, password) VALUES (\(index + 1), '\(name)', 'x')"
            )
        }
        let store = try database.store()
        for (index, name) in ["müller9", "żółw", "名前", "😀"].enumerated() {
            let rows = try await store.passwords(of: name)
            #expect(
                rows == [
                    AppPassword(
                        id: Int64(index + 1), uid: name, storedHash: "x", isDeleted: false, created: rows.first?.created
                    )
                ])
        }
        var use = row(1, at: 0)
        use.sourceLocation = "Küche in Köln"
        try await store.insert([use], mayBeThere: false)
        #expect(try await database.sql("SELECT hex(src_loc) FROM log") == "4BC3BC63686520696E204BC3B66C6E\n")
        #expect(try await database.administration().history(id: 1, limit: 1, offset: 0) == [use])
    }

    @Test(arguments: ["latin1", "utf8mb3", "ascii"])
    func `a name that the column's character set has not is nobody's, for logins and in lists`(set: String) async throws
    {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        try await database.sql(
            "ALTER TABLE app_passwords CONVERT TO CHARACTER SET \(set); INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x')"
        )
        let store = try database.store()
        for name in ["alice😀", "😀", "аlice😀"] {
            #expect(try await store.passwords(of: name).isEmpty)
            #expect(try await store.list(uid: name).isEmpty)
        }
        #expect(await logins(1, store) == [])
    }

    // MARK: - Connection limits

    @Test(arguments: [4, 2, 1])
    func `MAX_USER_CONNECTIONS below pool_size costs no login an error, and the log is written`(limit: Int) async throws
    {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        try await database.sql(
            """
            INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x');
            ALTER USER '\(database.serviceUser)'@'localhost' WITH MAX_USER_CONNECTIONS \(limit);
            """)
        let notices = Notices()
        var configuration = try database.configuration
        configuration.timeout = .seconds(20)
        configuration.connectionRetry = .milliseconds(1)
        let store = MariaDBStore(configuration, noticed: { notices.append($0) })
        for round in 0..<10 {
            for _ in 0..<6 { #expect(await logins(1, store) == []) }
            #expect(await logins(20, store) == [])
            try await store.insert([row(1, at: Int64(round))], mayBeThere: false)
        }
        #expect(try await database.sql("SELECT count(*) FROM log") == "10\n")
        let known = notices.all
        #expect(known.count == 1, "\(known)")
        guard case .fewerConnections(let count, of: 8, let detail)? = known.first else {
            Issue.record("not said: \(known)")
            return
        }
        #expect((1...limit).contains(count))
        #expect(detail.contains("max_user_connections"))

        // It is lifted: as many as wanted again.
        try await database.sql(
            "ALTER USER '\(database.serviceUser)'@'localhost' WITH MAX_USER_CONNECTIONS 0; FLUSH USER_RESOURCES")
        let deadline = ContinuousClock.now + .seconds(60)
        while notices.all.last != .enoughConnections(8), ContinuousClock.now < deadline {
            #expect(await logins(40, store) == [])
        }
        #expect(notices.all.last == .enoughConnections(8))
    }

    @Test func `the server's own max_connections below pool_size costs no login an error`() async throws {
        let server = try await MariaDBServer(options: ["--max-connections=10"])
        let database = try await TestDatabase(.new, on: server)
        try await database.sql("INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x')")
        var configuration = try database.configuration
        configuration.timeout = .seconds(20)
        configuration.poolSize = 24
        let store = MariaDBStore(configuration)
        for _ in 0..<5 {
            #expect(await logins(60, store) == [])
            try await store.insert([row(1, at: 0)], mayBeThere: true)
        }
        #expect(try await database.sql("SELECT count(*) FROM log") == "1\n")
    }

    // MARK: - Prepared statements

    @Test(arguments: [
        ["--max-prepared-stmt-count=0"],
        ["--max-prepared-stmt-count=0", "--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES"],
        ["--max-prepared-stmt-count=0", "--skip-character-set-client-handshake", "--character-set-server=latin1"],
        ["--max-prepared-stmt-count=1"],
    ])
    func `without prepared statements everything goes on, and that is said once`(options: [String]) async throws {
        let database = try await TestDatabase(.new, on: try await MariaDBServer(options: options))
        let notices = Notices()
        var configuration = try database.configuration
        configuration.server.user = "root"
        configuration.server.password = Secret("")
        let store = MariaDBStore(configuration, noticed: { notices.append($0) })
        try await AppPasswordStoreContract { store }.run()
        try await LoginLogContract { store }.run()
        try await AppPasswordAdministrationContract { store }.run()

        let names = [
            "\\", "\\'", "'", "''", "' OR '1'='1", "\"", "a\0b", "%", "?", "a\nb", "müller", "名前😀", "\u{1a}", "",
        ]
        for (index, name) in names.enumerated() {
            let id = try await store.add(
                uid: name, storedHash: "{CRYPT}\(name)\(index)", comment: name, created: Timestamp(milliseconds: 0))
            let rows = try await store.passwords(of: name)
            #expect(rows.map(\.id) == [id])
            #expect(rows.map(\.storedHash) == ["{CRYPT}\(name)\(index)"])
            #expect(try await store.list(uid: name).map(\.comment) == [name])
            var use = row(id, at: 0)
            use.sourceName = name
            try await store.insert([use, row(id, at: 1)], mayBeThere: true)
            try await store.insert([use], mayBeThere: true)
            #expect(try await store.history(id: id, limit: 5, offset: 1) == [use.stored])
        }
        #expect(notices.all.count == 1)
        guard case .noPreparedStatements(let detail)? = notices.all.first else {
            Issue.record("not said")
            return
        }
        #expect(detail.contains("1461"))
    }

    // MARK: - Refusals

    @Test func `a wrong password of ours is said in the server's words, whoever asks and when`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        var configuration = try database.configuration
        configuration.server.password = Secret("s3cret")
        let store = MariaDBStore(configuration)
        for count in [1, 1, 20] {
            for error in await logins(count, store) {
                #expect(error.code == .refused)
                #expect(error.detail.contains("Access denied"))
                #expect(error.hint == "access denied")
                #expect(!error.debugDescription.contains("s3cret"))
            }
        }
    }

    @Test func `a socket that is not there is named with the system's reason`() async throws {
        let path = "/tmp/there-is-no-such-directory-\(UInt32.random(in: 0...UInt32.max))/mysql.sock"
        var server = DatabaseServer(user: "u", password: Secret("s3cret"), database: "d")
        server.unixSocket = path
        let store = MariaDBStore(MariaDBStore.Configuration(server: server))
        for _ in 0..<3 {
            let error = await #expect(throws: BackendError.self) { try await store.ping() }
            #expect(error?.code == .unreachable)
            #expect(error?.hint == "\(path): No such file or directory (errno 2)")
            #expect(error?.description == "database unreachable")
        }
        server.unixSocket = nil
        (server.host, server.port) = ("127.0.0.1", 1)
        let error = await #expect(throws: BackendError.self) {
            try await MariaDBStore(MariaDBStore.Configuration(server: server)).ping()
        }
        #expect(error?.code == .unreachable)
        #expect(error?.hint == "")
    }

    // MARK: - Revocation times

    @Test func `a revocation time that is no time is a revocation, for logins, in lists and when revoking`()
        async throws
    {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        try await database.sql(
            """
            SET sql_mode = '';
            INSERT INTO app_passwords (id, uid, password, deleted) VALUES (1, 'zed', 'a', '0000-00-00 00:00:00'),
            (2, 'zed', 'b', ''), (3, 'zed', 'c', '2026-02-31 12:00:00'), (4, 'zed', 'd', 'soon'),
            (5, 'zed', 'e', '2026-00-00'), (6, 'zed', 'f', NULL);
            """)
        let store = try database.administration()
        #expect(try await store.passwords(of: "zed").filter { !$0.isDeleted }.map(\.id) == [6])
        #expect(try await store.list(uid: "zed").filter { $0.deleted == nil }.map(\.id) == [6])
        for id in Int64(1)...5 {
            #expect(try await store.revoke(id: id, hard: false, at: Timestamp(milliseconds: 0)) == false)
            #expect(try await store.history(id: id, limit: 1, offset: 0) == [])
        }
        #expect(try await store.revoke(id: 6, hard: false, at: Timestamp(milliseconds: 0)))

        // A column that cannot be NULL: the database takes 0000-00-00 for NULL there, when it is asked with IS NULL.
        try await database.sql("SET sql_mode = ''; ALTER TABLE app_passwords MODIFY deleted datetime NOT NULL")
        try await database.sql("SET sql_mode = ''; UPDATE app_passwords SET deleted = 0")
        #expect(try await store.passwords(of: "zed").allSatisfy { $0.isDeleted })
        #expect(try await store.list(uid: "zed").allSatisfy { $0.deleted != nil })
    }
}
