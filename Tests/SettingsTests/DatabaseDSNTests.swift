import AppPasswordCore
import Settings
import Testing

struct DatabaseDSNTests {
    private func server(_ text: String) throws -> DatabaseServer {
        guard case .mariadb(let server) = try DatabaseDSN(text) else {
            throw DatabaseDSNTestsError.notMariaDB
        }
        return server
    }

    private enum DatabaseDSNTestsError: Error { case notMariaDB }

    @Test(arguments: [
        "mysql+pymysql", "mysql", "mariadb", "mariadb+pymysql", "MySQL+PyMySQL", "MARIADB", "mysql+mysqlconnector",
        "mysql+asyncmy", "mysql+aiomysql", "mysql+mysqldb", "mysql+cymysql", "mysql+pyodbc", "mariadb+mariadbconnector",
    ])
    func `the old program's DSN is read in every spelling`(scheme: String) throws {
        let server = try server("\(scheme)://mailserver:password123@db.example.com:3307/mail_auth")
        #expect(server.user == "mailserver")
        #expect(server.password.revealed == "password123")
        #expect(server.host == "db.example.com")
        #expect(server.port == 3307)
        #expect(server.database == "mail_auth")
        #expect(server.unixSocket == nil)
        #expect(server.tlsCA == nil)
    }

    @Test(arguments: [
        ("mysql://u:p%40%3A%2F%25%23@h/d", "p@:/%#"),
        ("mysql://u:a/b?c#d@h/d", "a/b?c#d"),
        ("mysql://u:p:q@h/d", "p:q"),
        ("mysql://u:p+q@h/d", "p+q"),
        ("mysql://u:p%C3%BC@h/d", "pü"),
        ("mysql://u:@h/d", ""),
        ("mysql://u@h/d", ""),
    ])
    func `a password may hold anything, escaped or as SQLAlchemy takes it`(dsn: String, password: String) throws {
        let server = try server(dsn)
        #expect(server.password.revealed == password)
        #expect(server.host == "h")
        #expect(server.database == "d")
    }

    @Test func `a DSN is taken apart where SQLAlchemy takes it apart`() throws {
        for (dsn, parts) in SQLAlchemyTable.rows {
            let server = try server(dsn)
            #expect(
                [
                    server.user, server.password.revealed, server.host, "\(server.port)", server.database,
                    server.unixSocket ?? "",
                ] == parts, "\(dsn)")
        }
    }

    @Test(arguments: [
        (
            "mysql+pymysql://mailsvc@dbsrv-01:Tr0ub4dor@dbsrv-01.db.example.net/mail_auth", "mailsvc@dbsrv-01",
            "Tr0ub4dor"
        ),
        ("mysql://a@b@c@h/d", "a@b@c", ""), ("mysql://u@h:3307/d", "u", ""),
        ("mysql://u%:100%pure@h/d", "u%", "100%pure"),
        ("mysql://:x@h/d?user=u&password=p%40%3A%25", "u", "p@:%"), ("mysql:///d?user=u&passwd=p&host=h", "u", "p"),
        ("mysql://x:y@h/d?user=u", "u", "y"),
    ])
    func `user and password are SQLAlchemy's`(dsn: String, user: String, password: String) throws {
        let server = try server(dsn)
        #expect(server.user == user)
        #expect(server.password.revealed == password)
    }

    @Test func `options may name the server too`() throws {
        let server = try server("mysql://?user=u&host=db.example.com&port=3307&db=mail")
        #expect(server.host == "db.example.com")
        #expect(server.port == 3307)
        #expect(server.database == "mail")
    }

    @Test(arguments: [
        ("charset=utf8mb4&connect_timeout=5", ["connect_timeout"]), ("charset=utf8mb4&autocommit=true", ["autocommit"]),
        ("use_unicode=1&charset=utf8", ["use_unicode"]), ("charset=latin1", ["charset"]), ("charset=", ["charset"]),
        ("read_timeout=10&write_timeout=10", ["read_timeout", "write_timeout"]), ("charset=utf8mb4", []),
        ("ssl_ca=ca.pem&ssl_check_hostname=true&ssl_verify_cert=1", []), ("ssl_ca=ca.pem&ssl_mode=VERIFY_IDENTITY", []),
        ("ssl_disabled=true", []), ("ssl=false", []), ("local_infile=0", ["local_infile"]),
        ("auth_plugin=mysql_native_password", ["auth_plugin"]), ("init_command=SET+NAMES+utf8mb4", ["init_command"]),
        ("pool_recycle=3600&use_pure=True&raise_on_warnings=1", ["pool_recycle", "use_pure", "raise_on_warnings"]),
        ("driver=MySQL+ODBC+8.0", ["driver"]), ("charset=utf8mb4&collation=utf8mb4_bin", []),
    ])
    func `everyday options are accepted, with a note where they change nothing`(
        options: String, noted: [String]
    ) throws {
        let (dsn, notes) = try DatabaseDSN.read("mysql+pymysql://mailserver:s3cret@127.0.0.1/mail_auth?\(options)")
        guard case .mariadb(let server) = dsn else { throw DatabaseDSNTestsError.notMariaDB }
        #expect(server.password.revealed == "s3cret")
        let names = notes.map { note in note.split(separator: " ")[2] }
        #expect(names == noted.map { $0[...] }, "\(notes)")
        #expect(!"\(notes)".contains("s3cret"))
    }

    @Test(arguments: [
        ("db.example.com", "auth_plugin=caching_sha2_password", true),
        ("192.0.2.1", "default_auth=caching_sha2_password", true),
        ("db.example.com", "auth_plugin=mysql_native_password", false), ("db.example.com", "charset=utf8mb4", false),
        ("127.0.0.1", "auth_plugin=caching_sha2_password", false),
        ("[::1]", "auth_plugin=caching_sha2_password", false),
        ("localhost", "auth_plugin=caching_sha2_password", false),
        ("h", "auth_plugin=caching_sha2_password&unix_socket=/s", false),
        ("h", "auth_plugin=caching_sha2_password&ssl_ca=ca.pem", false),
    ])
    func `a server's key is trusted only where the DSN asks, and it matters`(
        host: String, options: String, isTrusted: Bool
    ) throws {
        let (dsn, notes) = try DatabaseDSN.read("mysql://u:s3cret@\(host)/d?\(options)")
        guard case .mariadb(let server) = dsn else { throw DatabaseDSNTestsError.notMariaDB }
        #expect(server.trustsServerKey == isTrusted)
        #expect(notes.isEmpty == (isTrusted || options.hasPrefix("charset")))
    }

    @Test(arguments: [
        ("ssl_ca=/ca.pem&ssl_check_hostname=false", "ssl_check_hostname cannot be switched off"),
        ("ssl_verify_cert=false", "ssl_verify_cert cannot be switched off"),
        ("ssl_ca=c&ssl_verify_identity=0", "ssl_verify_identity cannot be switched off"),
        ("ssl_verify_cert=true", "ssl_verify_cert needs ssl_ca"), ("ssl_mode=REQUIRED", "ssl_mode needs ssl_ca"),
        ("ssl=true", "ssl needs ssl_ca"), ("ssl_ca=c&ssl_disabled=true", "keep one of the two"),
        ("ssl_ca=c&ssl_mode=DISABLED", "keep one of the two"), ("ssl_ca=c&ssl=0", "keep one of the two"),
        ("ssl={'ca':'s3cret'}", "ssl has a value that is not known"),
        ("read_default_file=/etc/mysql/s3cret.cnf", "read_default_file: option files are not read"),
        ("read_default_group=x", "read_default_group: option files"), ("option_files=x", "option_files: option files"),
        ("ssl_capath=/etc/ssl/certs", "ssl_capath: a directory"),
        ("ssl_key_password=s3cret", "ssl_key_password: a key"),
        ("ssl_cipher=ALL", "ssl_cipher: is not supported"),
        ("auth_plugin=mysql_clear_password", "auth_plugin: the password"),
        ("init_command=SET+ROLE+s3cret", "init_command is not run"), ("unix_socket=", "unix_socket has no value"),
        ("ssl_ca=", "ssl_ca has no value"), ("ssl_ca=a&ssl_ca=b", "ssl_ca is given twice"),
        ("password=s3cret&passwd=s3cret", "passwd is given twice"),
        ("conect_timeout=5", "unknown option conect_timeout"),
        ("s3cret@x=1", "unknown option;"), ("odbc_connect=s3cret", "odbc_connect: ODBC"), ("port=s3cret", "no port"),
    ])
    func `options that would weaken what is checked, or need what is not read, are refused by name`(
        options: String, reason: String
    ) {
        for dsn in ["mysql+pymysql://u:s3cret@h/d?\(options)", "mysql+pymysql://u:s3cret@h/d?charset=utf8&\(options)"] {
            let error = #expect(throws: DatabaseDSNError.self) { try DatabaseDSN(dsn) }
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "accepted")")
            #expect(error?.description.contains("s3cret") == false)
        }
    }

    @Test func `an option file is refused for itself, also where it was to name the user`() {
        let error = #expect(throws: DatabaseDSNError.self) {
            try DatabaseDSN("mysql+pymysql://localhost/mail_auth?read_default_file=/etc/mysql/mail.cnf")
        }
        #expect(error?.description.contains("option files are not read") == true)
    }

    @Test(arguments: [
        ("mysql://u:p@[2001:db8::1]:3307/d", "2001:db8::1", 3307), ("mysql://u:p@[::1]/d", "::1", 3306),
        ("mysql://u:p@127.0.0.1/d", "127.0.0.1", 3306), ("mysql://u:p@/d", "localhost", 3306),
        ("mysql://u:p@:3310/d", "localhost", 3310),
    ])
    func `hosts are names and addresses of both families`(dsn: String, host: String, port: UInt16) throws {
        let server = try server(dsn)
        #expect(server.host == host)
        #expect(server.port == port)
    }

    @Test func `options are read and decoded`() throws {
        let server = try server(
            "mysql://u:p@h/d?charset=utf8mb4&unix_socket=/run/mysqld/my%20sqld.sock&ssl_ca=/etc/ca.pem"
                + "&ssl_cert=c.pem&ssl_key=k.pem&ssl_verify_identity=true")
        #expect(server.unixSocket == "/run/mysqld/my sqld.sock")
        #expect(server.tlsCA == "/etc/ca.pem")
        #expect(server.tlsCertificate == "c.pem")
        #expect(server.tlsKey == "k.pem")
    }

    @Test(arguments: [
        ("sqlite:///var/app.sqlite", "var/app.sqlite"), ("sqlite:////var/lib/app.sqlite", "/var/lib/app.sqlite"),
        ("sqlite:///:memory:", ":memory:"), ("sqlite:///a b%20c", "a b%20c"), ("SQLite:///x.db", "x.db"),
        ("sqlite+aiosqlite:///x.db", "x.db"), ("sqlite+pysqlite:////abs/x.db", "/abs/x.db"),
        ("sqlite:///a@b:c@d.db", "a@b:c@d.db"), ("sqlite:///x?timeout=15&check_same_thread=false", "x"),
    ])
    func `sqlite paths are relative with three slashes and absolute with four`(dsn: String, path: String) throws {
        #expect(try DatabaseDSN(dsn) == .sqlite(path: path))
    }

    @Test(arguments: [
        ("", "must begin with"), ("host/d", "must begin with"), ("postgres://u:s3cret@h/d", "must begin with"),
        ("mysql://h/d", "names no user"), ("mysql://:s3cret@h/d", "names no user"), ("mysql://", "names no user"),
        ("mysql://u:s3cret@h", "names no database"), ("mysql://u:s3cret@h/", "names no database"),
        ("mysql://u:s3cret@h:0/d", "no port"), ("mysql://u:s3cret@h:65536/d", "no port"),
        ("mysql://u:s3cret@h:s3cret/d", "no port"), ("mysql://u:s3cret@s3cret@h/d", "%40"),
        ("mysql://u:s3cret%00@h/d", "not UTF-8"), ("mysql://u:s3cret@h:/d", "no port"),
        ("mysql://u:p@s3cret s3cret/d", "a blank"), ("my sql://u:s3cret@h/d", "must begin with"),
        ("mysql//u:s3cret@h/d", "must begin with"), ("mysqlx://u:s3cret@h/d", "must begin with"),
        ("sqlite+pysqlcipher://:s3cret@/x.db", "pysqlite"), ("sqlite://u:s3cret@/x.db", "sqlite:///"),
        ("mysql://u:s3cret%ff@h/d", "not UTF-8"), ("mysql://u:s3cret@[::1/d", "not closed"),
        ("mysql://u:s3cret@h/d?s3-cret=3", "unknown option;"), ("mysql://u:s3cret@h/d?ssl_ca", "no value"),
        ("mysql://u:s3cret@h/d?ssl_verify_cert=false", "cannot be switched off"),
        ("mysql://u:s3cret@h/d?ssl_cert=c", "go together"),
        ("mysql://u:s3cret@h/d?ssl_cert=c&ssl_key=k", "needs ssl_ca"),
        ("sqlite://", "sqlite:///"), ("sqlite:///", "no database file"), ("sqlite://host/x", "sqlite:///"),
        ("sqlite:///x?mode=ro", "options"),
    ])
    func `a bad DSN is refused with its reason and without its secrets`(dsn: String, reason: String) {
        let error = #expect(throws: DatabaseDSNError.self) { try DatabaseDSN(dsn) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "accepted")")
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func `a DSN does not print its password`() throws {
        let dsn = try DatabaseDSN("mysql://u:s3cret@h/d")
        var dumped = ""
        dump(dsn, to: &dumped)
        for text in ["\(dsn)", String(reflecting: dsn), dumped] { #expect(!text.contains("s3cret")) }
    }

    @Test func `several hosts are tried in their order`() throws {
        let several = try server("mysql://u:p,w@db1,db2:3307,[2001:db8::1]:3308,[::1]/mail_auth?target=any")
        #expect(
            several.hosts == [
                DatabaseHost("db1"), DatabaseHost("db2", port: 3307), DatabaseHost("2001:db8::1", port: 3308),
                DatabaseHost("::1"),
            ])
        #expect(several.target == .any)
        #expect(several.password.revealed == "p,w" && several.database == "mail_auth")
        #expect(try server("mysql://u:p@db1,db2/d").target == .primary)
        #expect(try server("mysql://u:p@db1/d").target == .any)
        #expect(try !server("mysql://u:p@localhost,db2/d").isOnThisMachine)
        #expect(try server("mysql://u:p@localhost,[::1]/d").isOnThisMachine)
    }

    @Test(arguments: [
        ("mysql://u:p@,db1/d", "a comma between hosts has none in front of it"),
        ("mysql://u:p@db1/d?host=db2,db3", "the host has a comma"),
        (
            "mysql://u:p@db1,db2/d?host=db3",
            "several hosts are named between @ and /, not by the options host and port"
        ),
        ("mysql://u:p@db1,/d", "a comma between hosts has none behind it"),
        ("mysql://u:p@db1,:3306/d", "a comma between hosts has none behind it"),
        ("mysql://u:p@db1,db2:0/d", "what follows the host's colon is no port"),
        ("mysql://u:p@db1,db2:x/d", "what follows the host's colon is no port"),
        ("mysql://u:p@db1,d%20b/d", "the host has a blank or a control character"),
        ("mysql://u:p@db1,[::1/d", "a [ is not closed"),
        ("mysql://u:p@db1/d?target=replica", "target is primary or any"),
        (
            "mysql://u:p@db1,db2/d?unix_socket=/s",
            "unix_socket is one server, and several are named: keep one of the two"
        ),
    ])
    func `hosts that cannot be meant are said to be wrong`(text: String, words: String) {
        let error = #expect(throws: DatabaseDSNError.self) { try DatabaseDSN(text) }
        #expect(error?.description == words)
    }
}
