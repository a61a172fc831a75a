import AppPasswordCore
import Testing

struct DatabaseDSNTests {
    private func server(_ text: String) throws -> DatabaseServer {
        guard case .mariadb(let server) = try DatabaseDSN(text) else {
            throw DatabaseDSNTestsError.notMariaDB
        }
        return server
    }

    private enum DatabaseDSNTestsError: Error { case notMariaDB }

    @Test(arguments: ["mysql+pymysql", "mysql", "mariadb", "mariadb+pymysql"])
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
        ("sqlite:///:memory:", ":memory:"), ("sqlite:///a b%20c", "a b%20c"),
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
        ("mysql://u:s3cret%zz@h/d", "%25"), ("mysql://u:s3cret%2@h/d", "%25"), ("mysql://u:s3cret%00@h/d", "not UTF-8"),
        ("mysql://u:s3cret%ff@h/d", "not UTF-8"), ("mysql://u:s3cret@[::1/d", "not closed"),
        ("mysql://u:s3cret@h/d?read_timeout=3", "unknown option read_timeout"),
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
}
