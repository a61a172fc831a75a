/// What SQLAlchemy 2.1.9 (`make_url`) reads in DSNs that were put together at random from odd parts.
enum SQLAlchemyTable {
    /// A DSN, and its user, password, host (`localhost` for none), port (3306 for none), database and socket.
    static let rows: [(dsn: String, parts: [String])] = [
        (
            "mysql+mysqldb://u s:pä@my_db:65535/d:1?unix_socket=/tmp/x%",
            ["u s", "pä", "my_db", "65535", "d:1", "/tmp/x%"]
        ),
        (
            "mariadb://a@b@c:p?x=y&z@my_db:3307/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["a@b@c", "p?x=y&z", "my_db", "3307", "mail_auth", "/tmp/x%2"]
        ),
        (
            "MySQL+PyMySQL://mailsvc@dbsrv-01:a/b?c#d@h:65535/d@x?unix_socket=/tmp/a@b",
            ["mailsvc@dbsrv-01", "a/b?c#d", "h", "65535", "d@x", "/tmp/a@b"]
        ),
        ("mysql+cymysql://u%C3%BC:$&=;@127.0.0.1/d:1", ["uü", "$&=;", "127.0.0.1", "3306", "d:1", ""]),
        (
            "mysql://u%40s:@[::1]/d@x?unix_socket=/run/a+b/my%20sqld.sock",
            ["u@s", "", "::1", "3306", "d@x", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+cymysql://u s:pä@[::1]:3307/d%?unix_socket=%2Ftmp%2Fx%2",
            ["u s", "pä", "::1", "3307", "d%", "/tmp/x%2"]
        ),
        (
            "mysql+pymysql://mail.user@[2001:db8::1]:65535/d:1?unix_socket=/tmp/x%",
            ["mail.user", "", "2001:db8::1", "65535", "d:1", "/tmp/x%"]
        ),
        ("mysql+mysqlconnector://%41b:p@[::1]:1/d", ["Ab", "p", "::1", "1", "d", ""]),
        (
            "mysql+pymysql://u%zz:p?x=y&z@dbsrv-01.db.example.net:1/100%",
            ["u%zz", "p?x=y&z", "dbsrv-01.db.example.net", "1", "100%", ""]
        ),
        (
            "mysql+aiomysql://u%zz:\\'@dbsrv-01.db.example.net:3307/d%?unix_socket=/run/a+b/my%20sqld.sock",
            ["u%zz", "\\'", "dbsrv-01.db.example.net", "3307", "d%", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+mysqlconnector://%41b:p@h:65535/mail_auth?charset=utf8mb4",
            ["Ab", "p", "h", "65535", "mail_auth", ""]
        ),
        ("mysql+pymysql://u:%4@h:65535/d@x?charset=utf8mb4", ["u", "%4", "h", "65535", "d@x", ""]),
        (
            "mysql+mysqldb://u%40s:p%@my_db:3307/my%20db?unix_socket=%2Ftmp%2Fx%2",
            ["u@s", "p%", "my_db", "3307", "my db", "/tmp/x%2"]
        ),
        (
            "mysql+aiomysql://mailsvc@dbsrv-01:::1@localhost:65535/d-1",
            ["mailsvc@dbsrv-01", "::1", "localhost", "65535", "d-1", ""]
        ),
        (
            "mysql+cymysql://u%:p:q@h:3307/my%20db?unix_socket=%2Ftmp%2Fx%2",
            ["u%", "p:q", "h", "3307", "my db", "/tmp/x%2"]
        ),
        (
            "mysql+cymysql://mailsvc@dbsrv-01:[x]@h:3307/d-1?unix_socket=%2Ftmp%2Fx%2",
            ["mailsvc@dbsrv-01", "[x]", "h", "3307", "d-1", "/tmp/x%2"]
        ),
        ("mysql://u#1:p:q@:1/100%", ["u#1", "p:q", "localhost", "1", "100%", ""]),
        (
            "mysql+pymysql://u%40s:p@[::1]/d/e?unix_socket=/run/a+b/my%20sqld.sock",
            ["u@s", "p", "::1", "3306", "d/e", "/run/a b/my sqld.sock"]
        ),
        (
            "mariadb+mariadbconnector://a@b@c:[x]@my_db:3307/100%?charset=utf8mb4",
            ["a@b@c", "[x]", "my_db", "3307", "100%", ""]
        ),
        ("MySQL+PyMySQL://u%:::1@[::1]:3307/d-1?charset=utf8mb4", ["u%", "::1", "::1", "3307", "d-1", ""]),
        (
            "mysql+mysqldb://u%40s:$&=;@localhost:65535/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["u@s", "$&=;", "localhost", "65535", "mail_auth", "/tmp/x%2"]
        ),
        (
            "mysql+pymysql://mailsvc@dbsrv-01:@h:1/d-1?unix_socket=/tmp/a@b",
            ["mailsvc@dbsrv-01", "", "h", "1", "d-1", "/tmp/a@b"]
        ),
        ("mysql+aiomysql://u%:\\'@localhost:65535/d%?&charset=utf8&", ["u%", "\\'", "localhost", "65535", "d%", ""]),
        (
            "mysql+pymysql://a@b@c:%@[::1]:65535/d:1?unix_socket=/tmp/a@b",
            ["a@b@c", "%", "::1", "65535", "d:1", "/tmp/a@b"]
        ),
        (
            "mysql+cymysql://mailsvc@dbsrv-01:[x]@[2001:db8::1]:3307/d-1?unix_socket=/tmp/a@b",
            ["mailsvc@dbsrv-01", "[x]", "2001:db8::1", "3307", "d-1", "/tmp/a@b"]
        ),
        ("mysql+pymysql://u%@localhost:65535/d-1", ["u%", "", "localhost", "65535", "d-1", ""]),
        (
            "MySQL+PyMySQL://u%:@:3307/mail_auth?unix_socket=/run/a+b/my%20sqld.sock",
            ["u%", "", "localhost", "3307", "mail_auth", "/run/a b/my sqld.sock"]
        ),
        (
            "mariadb+mariadbconnector://%41b:p%8xQ!@127.0.0.1/d?unix_socket=%2Ftmp%2Fx%2",
            ["Ab", "p%8xQ!", "127.0.0.1", "3306", "d", "/tmp/x%2"]
        ),
        ("mysql+mysqlconnector://u:p%2Bq@h/d@x", ["u", "p+q", "h", "3306", "d@x", ""]),
        (
            "mysql+mysqlconnector://%41b:$&=;@127.0.0.1/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["Ab", "$&=;", "127.0.0.1", "3306", "mail_auth", "/tmp/x%2"]
        ),
        (
            "mysql+asyncmy://u?x:a%2Fb@h:3307/d/e?unix_socket=/run/a+b/my%20sqld.sock",
            ["u?x", "a/b", "h", "3307", "d/e", "/run/a b/my sqld.sock"]
        ),
        (
            "mariadb+mariadbconnector://mailsvc@dbsrv-01:p@localhost/d@x?&charset=utf8&",
            ["mailsvc@dbsrv-01", "p", "localhost", "3306", "d@x", ""]
        ),
        ("mysql+cymysql://u%C3%BC@localhost:65535/d?&charset=utf8&", ["uü", "", "localhost", "65535", "d", ""]),
        (
            "mysql+pymysql://mailsvc@dbsrv-01:p@dbsrv-01.db.example.net:1/100%?unix_socket=/tmp/a@b",
            ["mailsvc@dbsrv-01", "p", "dbsrv-01.db.example.net", "1", "100%", "/tmp/a@b"]
        ),
        (
            "mysql+aiomysql://u?x:p+q@my_db:65535/d@x?unix_socket=/tmp/x%",
            ["u?x", "p+q", "my_db", "65535", "d@x", "/tmp/x%"]
        ),
        (
            "mysql+pymysql://u+x:a%2Fb@h:1/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["u+x", "a/b", "h", "1", "mail_auth", "/tmp/x%2"]
        ),
        ("mysql+asyncmy://u%@127.0.0.1:3307/d:1?charset=utf8mb4", ["u%", "", "127.0.0.1", "3307", "d:1", ""]),
        (
            "mariadb+mariadbconnector://mail.user:p+q@[::1]:1/100%?unix_socket=/tmp/a@b",
            ["mail.user", "p+q", "::1", "1", "100%", "/tmp/a@b"]
        ),
        (
            "mariadb://u%C3%BC:p:q@localhost:3307/d-1?unix_socket=%2Ftmp%2Fx%2",
            ["uü", "p:q", "localhost", "3307", "d-1", "/tmp/x%2"]
        ),
        (
            "mysql+cymysql://%41b:%4@[::1]:3307/my%20db?unix_socket=%2Ftmp%2Fx%2",
            ["Ab", "%4", "::1", "3307", "my db", "/tmp/x%2"]
        ),
        (
            "mysql://u?x:p%2Bq@dbsrv-01.db.example.net:1/my%20db",
            ["u?x", "p+q", "dbsrv-01.db.example.net", "1", "my db", ""]
        ),
        (
            "mariadb+mariadbconnector://u%:pä@[::1]:65535/100%?unix_socket=/tmp/a@b",
            ["u%", "pä", "::1", "65535", "100%", "/tmp/a@b"]
        ),
        ("mariadb+mariadbconnector://u%C3%BC:%25@:65535/d/e", ["uü", "%", "localhost", "65535", "d/e", ""]),
        (
            "mysql+mysqlconnector://u s:@h:1/d/e?unix_socket=/run/a+b/my%20sqld.sock",
            ["u s", "", "h", "1", "d/e", "/run/a b/my sqld.sock"]
        ),
        ("mysql+cymysql://u:::1@127.0.0.1:65535/d@x?charset=utf8mb4", ["u", "::1", "127.0.0.1", "65535", "d@x", ""]),
        (
            "mysql+mysqlconnector://u%40s@127.0.0.1/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["u@s", "", "127.0.0.1", "3306", "mail_auth", "/tmp/x%2"]
        ),
        ("mysql+mysqldb://u%C3%BC:100%pure@/d-1?charset=utf8mb4", ["uü", "100%pure", "localhost", "3306", "d-1", ""]),
        (
            "mysql+mysqlconnector://a@b@c:\"q\"@h:65535/d:1?unix_socket=/tmp/a@b",
            ["a@b@c", "\"q\"", "h", "65535", "d:1", "/tmp/a@b"]
        ),
        (
            "MySQL+PyMySQL://u%40s:@[2001:db8::1]:1/d:1?unix_socket=/tmp/a@b",
            ["u@s", "", "2001:db8::1", "1", "d:1", "/tmp/a@b"]
        ),
        ("mysql+mysqldb://ü:%25@127.0.0.1:65535/d-1", ["ü", "%", "127.0.0.1", "65535", "d-1", ""]),
        (
            "mysql+aiomysql://a@b@c:p ss@my_db:65535/d-1?unix_socket=/tmp/a@b",
            ["a@b@c", "p ss", "my_db", "65535", "d-1", "/tmp/a@b"]
        ),
        (
            "mysql+pymysql://u?x:%%41@dbsrv-01.db.example.net:3307/d-1?unix_socket=%2Ftmp%2Fx%2",
            ["u?x", "%A", "dbsrv-01.db.example.net", "3307", "d-1", "/tmp/x%2"]
        ),
        (
            "mysql+mysqlconnector://u+x:p@:1/d?unix_socket=/run/a+b/my%20sqld.sock",
            ["u+x", "p", "localhost", "1", "d", "/run/a b/my sqld.sock"]
        ),
        ("mysql+pymysql://u:%25@my_db:1/d:1?unix_socket=%2Ftmp%2Fx%2", ["u", "%", "my_db", "1", "d:1", "/tmp/x%2"]),
        (
            "mariadb+mariadbconnector://u:p:q@[::1]/100%?unix_socket=/tmp/x%",
            ["u", "p:q", "::1", "3306", "100%", "/tmp/x%"]
        ),
        ("MySQL+PyMySQL://u+x:@:3307/d@x?charset=utf8mb4", ["u+x", "", "localhost", "3307", "d@x", ""]),
        (
            "mysql+mysqldb://u s:%25@my_db:65535/mail_auth?unix_socket=/tmp/x%",
            ["u s", "%", "my_db", "65535", "mail_auth", "/tmp/x%"]
        ),
        (
            "mariadb+mariadbconnector://u+x:%4@[2001:db8::1]:3307/d:1?&charset=utf8&",
            ["u+x", "%4", "2001:db8::1", "3307", "d:1", ""]
        ),
        (
            "mysql+mysqlconnector://u%:a%2Fb@localhost:3307/d%?unix_socket=/tmp/x%",
            ["u%", "a/b", "localhost", "3307", "d%", "/tmp/x%"]
        ),
        (
            "mysql+mysqldb://u+x:p%8xQ!@[2001:db8::1]:65535/d-1?unix_socket=%2Ftmp%2Fx%2",
            ["u+x", "p%8xQ!", "2001:db8::1", "65535", "d-1", "/tmp/x%2"]
        ),
        ("mysql+pymysql://u+x:a%2Fb@h:65535/d?&charset=utf8&", ["u+x", "a/b", "h", "65535", "d", ""]),
        (
            "mysql+mysqldb://u%zz:@dbsrv-01.db.example.net:65535/mail_auth?unix_socket=/tmp/a@b",
            ["u%zz", "", "dbsrv-01.db.example.net", "65535", "mail_auth", "/tmp/a@b"]
        ),
        (
            "mysql+pymysql://u+x:%@my_db:65535/100%?unix_socket=/run/a+b/my%20sqld.sock",
            ["u+x", "%", "my_db", "65535", "100%", "/run/a b/my sqld.sock"]
        ),
        (
            "mariadb+mariadbconnector://mail.user:%4@127.0.0.1:1/100%?unix_socket=/tmp/x%",
            ["mail.user", "%4", "127.0.0.1", "1", "100%", "/tmp/x%"]
        ),
        (
            "mysql+mysqldb://%41b:\"q\"@dbsrv-01.db.example.net:3307/100%?&charset=utf8&",
            ["Ab", "\"q\"", "dbsrv-01.db.example.net", "3307", "100%", ""]
        ),
        ("mysql+mysqlconnector://a@b@c@h/d-1?charset=utf8mb4", ["a@b@c", "", "h", "3306", "d-1", ""]),
        ("mysql://u%C3%BC:%4@[2001:db8::1]:1/d/e?charset=utf8mb4", ["uü", "%4", "2001:db8::1", "1", "d/e", ""]),
        (
            "mariadb+mariadbconnector://mailsvc@dbsrv-01:[x]@my_db/d:1?&charset=utf8&",
            ["mailsvc@dbsrv-01", "[x]", "my_db", "3306", "d:1", ""]
        ),
        (
            "mariadb://u?x:p:q@localhost/100%?unix_socket=/tmp/a@b",
            ["u?x", "p:q", "localhost", "3306", "100%", "/tmp/a@b"]
        ),
        (
            "mysql+mysqldb://ü:p ss@127.0.0.1:3307/d:1?unix_socket=/tmp/a@b",
            ["ü", "p ss", "127.0.0.1", "3307", "d:1", "/tmp/a@b"]
        ),
        (
            "mysql+mysqldb://u%40s:%%41@127.0.0.1:3307/d/e?charset=utf8mb4",
            ["u@s", "%A", "127.0.0.1", "3307", "d/e", ""]
        ),
        ("mysql+cymysql://%41b:p+q@[::1]:3307/d-1", ["Ab", "p+q", "::1", "3307", "d-1", ""]),
        (
            "mariadb://a@b@c:p%8xQ!@dbsrv-01.db.example.net:1/100%",
            ["a@b@c", "p%8xQ!", "dbsrv-01.db.example.net", "1", "100%", ""]
        ),
        (
            "mysql+aiomysql://u+x:p ss@127.0.0.1:3307/100%?unix_socket=/tmp/a@b",
            ["u+x", "p ss", "127.0.0.1", "3307", "100%", "/tmp/a@b"]
        ),
        ("mysql://mailsvc@dbsrv-01:p%@[::1]:1/d/e", ["mailsvc@dbsrv-01", "p%", "::1", "1", "d/e", ""]),
        (
            "mysql+mysqldb://u%C3%BC:\\'@:3307/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["uü", "\\'", "localhost", "3307", "mail_auth", "/tmp/x%2"]
        ),
        ("mysql://u:100%pure@my_db:3307/d-1?charset=utf8mb4", ["u", "100%pure", "my_db", "3307", "d-1", ""]),
        (
            "mariadb://a@b@c:100%pure@127.0.0.1:1/mail_auth?&charset=utf8&",
            ["a@b@c", "100%pure", "127.0.0.1", "1", "mail_auth", ""]
        ),
        (
            "MySQL+PyMySQL://u%C3%BC:@my_db/mail_auth?unix_socket=/run/a+b/my%20sqld.sock",
            ["uü", "", "my_db", "3306", "mail_auth", "/run/a b/my sqld.sock"]
        ),
        (
            "mariadb+mariadbconnector://u%zz:p%40ss@:65535/d-1?&charset=utf8&",
            ["u%zz", "p@ss", "localhost", "65535", "d-1", ""]
        ),
        (
            "mysql://u%C3%BC:p%2Bq@h:3307/my%20db?unix_socket=%2Ftmp%2Fx%2",
            ["uü", "p+q", "h", "3307", "my db", "/tmp/x%2"]
        ),
        ("mysql+asyncmy://u?x:pä@:65535/d-1?&charset=utf8&", ["u?x", "pä", "localhost", "65535", "d-1", ""]),
        ("mysql+pymysql://u+x:%@h:1/mail_auth?unix_socket=/tmp/x%", ["u+x", "%", "h", "1", "mail_auth", "/tmp/x%"]),
        (
            "mysql+aiomysql://ü:\\'@[::1]:1/d%?unix_socket=/run/a+b/my%20sqld.sock",
            ["ü", "\\'", "::1", "1", "d%", "/run/a b/my sqld.sock"]
        ),
        (
            "MySQL+PyMySQL://u s:100%pure@localhost:3307/d/e?&charset=utf8&",
            ["u s", "100%pure", "localhost", "3307", "d/e", ""]
        ),
        (
            "mysql+asyncmy://u#1:\\'@localhost:3307/100%?charset=utf8mb4",
            ["u#1", "\\'", "localhost", "3307", "100%", ""]
        ),
        ("MySQL+PyMySQL://mailsvc@dbsrv-01:$&=;@:1/d@x", ["mailsvc@dbsrv-01", "$&=;", "localhost", "1", "d@x", ""]),
        ("mysql+asyncmy://u%40s:a/b?c#d@localhost:3307/d:1", ["u@s", "a/b?c#d", "localhost", "3307", "d:1", ""]),
        (
            "mysql+mysqldb://mail.user:p%40ss@[::1]/100%?&charset=utf8&",
            ["mail.user", "p@ss", "::1", "3306", "100%", ""]
        ),
        (
            "mysql+pymysql://ü@dbsrv-01.db.example.net:3307/d%?unix_socket=%2Ftmp%2Fx%2",
            ["ü", "", "dbsrv-01.db.example.net", "3307", "d%", "/tmp/x%2"]
        ),
        ("mysql+mysqldb://u:p%40ss@[::1]:65535/d", ["u", "p@ss", "::1", "65535", "d", ""]),
        ("mysql+mysqlconnector://u%:p:q@:65535/d:1?&charset=utf8&", ["u%", "p:q", "localhost", "65535", "d:1", ""]),
        (
            "mariadb+mariadbconnector://u#1:100%pure@dbsrv-01.db.example.net/100%?charset=utf8mb4",
            ["u#1", "100%pure", "dbsrv-01.db.example.net", "3306", "100%", ""]
        ),
        (
            "mariadb+mariadbconnector://a@b@c:p%40ss@my_db/100%?unix_socket=%2Ftmp%2Fx%2",
            ["a@b@c", "p@ss", "my_db", "3306", "100%", "/tmp/x%2"]
        ),
        (
            "mysql+mysqlconnector://u+x:p ss@localhost:1/d/e?&charset=utf8&",
            ["u+x", "p ss", "localhost", "1", "d/e", ""]
        ),
        (
            "mariadb+mariadbconnector://u%C3%BC:a/b?c#d@[2001:db8::1]:1/d%",
            ["uü", "a/b?c#d", "2001:db8::1", "1", "d%", ""]
        ),
        ("mariadb://ü@h:3307/100%?unix_socket=/tmp/x%", ["ü", "", "h", "3307", "100%", "/tmp/x%"]),
        ("mysql+aiomysql://u:p%@:65535/d?&charset=utf8&", ["u", "p%", "localhost", "65535", "d", ""]),
        (
            "mysql+asyncmy://mailsvc@dbsrv-01:$&=;@[::1]:65535/d@x?unix_socket=/run/a+b/my%20sqld.sock",
            ["mailsvc@dbsrv-01", "$&=;", "::1", "65535", "d@x", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql://u+x:%4@dbsrv-01.db.example.net:65535/my%20db?unix_socket=/tmp/x%",
            ["u+x", "%4", "dbsrv-01.db.example.net", "65535", "my db", "/tmp/x%"]
        ),
        (
            "mysql+cymysql://u?x:%4@dbsrv-01.db.example.net/100%?unix_socket=%2Ftmp%2Fx%2",
            ["u?x", "%4", "dbsrv-01.db.example.net", "3306", "100%", "/tmp/x%2"]
        ),
        ("mariadb://u s:100%pure@h:1/d:1?charset=utf8mb4", ["u s", "100%pure", "h", "1", "d:1", ""]),
        (
            "mysql+asyncmy://mail.user:100%pure@127.0.0.1:65535/d@x?&charset=utf8&",
            ["mail.user", "100%pure", "127.0.0.1", "65535", "d@x", ""]
        ),
        (
            "mysql+cymysql://u%C3%BC:p:q@localhost:1/d:1?unix_socket=/tmp/x%",
            ["uü", "p:q", "localhost", "1", "d:1", "/tmp/x%"]
        ),
        ("mysql+mysqlconnector://u?x:p%8xQ!@127.0.0.1:3307/d@x", ["u?x", "p%8xQ!", "127.0.0.1", "3307", "d@x", ""]),
        ("mysql+mysqlconnector://u#1:%25@:1/d%?&charset=utf8&", ["u#1", "%", "localhost", "1", "d%", ""]),
        ("mysql+cymysql://u?x:p%@[::1]:1/d-1?charset=utf8mb4", ["u?x", "p%", "::1", "1", "d-1", ""]),
        ("mysql+mysqldb://u%C3%BC:%4@[::1]/d", ["uü", "%4", "::1", "3306", "d", ""]),
        ("mysql+mysqlconnector://u%zz:p:q@h/mail_auth?charset=utf8mb4", ["u%zz", "p:q", "h", "3306", "mail_auth", ""]),
        (
            "mysql+mysqlconnector://mailsvc@dbsrv-01:a%2Fb@dbsrv-01.db.example.net:3307/d:1?charset=utf8mb4",
            ["mailsvc@dbsrv-01", "a/b", "dbsrv-01.db.example.net", "3307", "d:1", ""]
        ),
        (
            "mysql+asyncmy://mail.user:::1@my_db:1/d-1?unix_socket=/run/a+b/my%20sqld.sock",
            ["mail.user", "::1", "my_db", "1", "d-1", "/run/a b/my sqld.sock"]
        ),
        (
            "mariadb+mariadbconnector://u?x:p+q@127.0.0.1/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["u?x", "p+q", "127.0.0.1", "3306", "mail_auth", "/tmp/x%2"]
        ),
        (
            "mariadb://mail.user:[x]@localhost:1/100%?unix_socket=/tmp/x%",
            ["mail.user", "[x]", "localhost", "1", "100%", "/tmp/x%"]
        ),
        (
            "mysql+asyncmy://a@b@c:p%8xQ!@:1/d:1?unix_socket=/tmp/x%",
            ["a@b@c", "p%8xQ!", "localhost", "1", "d:1", "/tmp/x%"]
        ),
        (
            "MySQL+PyMySQL://u%zz:$&=;@/d@x?unix_socket=/run/a+b/my%20sqld.sock",
            ["u%zz", "$&=;", "localhost", "3306", "d@x", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+mysqldb://mailsvc@dbsrv-01:p@localhost:65535/d@x?unix_socket=/run/a+b/my%20sqld.sock",
            ["mailsvc@dbsrv-01", "p", "localhost", "65535", "d@x", "/run/a b/my sqld.sock"]
        ),
        ("mysql+pymysql://u%@[::1]/d%?unix_socket=%2Ftmp%2Fx%2", ["u%", "", "::1", "3306", "d%", "/tmp/x%2"]),
        (
            "mysql+asyncmy://u%:$&=;@127.0.0.1:3307/d/e?unix_socket=/tmp/a@b",
            ["u%", "$&=;", "127.0.0.1", "3307", "d/e", "/tmp/a@b"]
        ),
        (
            "mysql+asyncmy://%41b:$&=;@dbsrv-01.db.example.net:1/d@x?&charset=utf8&",
            ["Ab", "$&=;", "dbsrv-01.db.example.net", "1", "d@x", ""]
        ),
        (
            "mysql+mysqlconnector://mail.user:[x]@[2001:db8::1]:65535/d/e?charset=utf8mb4",
            ["mail.user", "[x]", "2001:db8::1", "65535", "d/e", ""]
        ),
        (
            "mysql+mysqldb://u%40s:p%40ss@dbsrv-01.db.example.net:1/d/e",
            ["u@s", "p@ss", "dbsrv-01.db.example.net", "1", "d/e", ""]
        ),
        (
            "mysql+aiomysql://ü:p%2Bq@localhost:3307/d/e?unix_socket=/tmp/x%",
            ["ü", "p+q", "localhost", "3307", "d/e", "/tmp/x%"]
        ),
        (
            "mysql+mysqldb://a@b@c:p%40ss@127.0.0.1:3307/mail_auth?unix_socket=/tmp/x%",
            ["a@b@c", "p@ss", "127.0.0.1", "3307", "mail_auth", "/tmp/x%"]
        ),
        ("mysql+mysqlconnector://u#1:pä@h:3307/d:1", ["u#1", "pä", "h", "3307", "d:1", ""]),
        ("MySQL+PyMySQL://ü:a%2Fb@[2001:db8::1]/100%", ["ü", "a/b", "2001:db8::1", "3306", "100%", ""]),
        (
            "mysql+mysqldb://u%:p?x=y&z@dbsrv-01.db.example.net:1/mail_auth?unix_socket=/run/a+b/my%20sqld.sock",
            ["u%", "p?x=y&z", "dbsrv-01.db.example.net", "1", "mail_auth", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+pymysql://%41b:$&=;@dbsrv-01.db.example.net/my%20db",
            ["Ab", "$&=;", "dbsrv-01.db.example.net", "3306", "my db", ""]
        ),
        (
            "mysql+aiomysql://u%40s:$&=;@[::1]:65535/d:1?unix_socket=/run/a+b/my%20sqld.sock",
            ["u@s", "$&=;", "::1", "65535", "d:1", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+aiomysql://%41b:pä@:1/my%20db?unix_socket=%2Ftmp%2Fx%2",
            ["Ab", "pä", "localhost", "1", "my db", "/tmp/x%2"]
        ),
        (
            "mysql+mysqldb://u#1:\"q\"@dbsrv-01.db.example.net/100%?unix_socket=/tmp/x%",
            ["u#1", "\"q\"", "dbsrv-01.db.example.net", "3306", "100%", "/tmp/x%"]
        ),
        (
            "mysql+asyncmy://u s:p%@h:65535/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["u s", "p%", "h", "65535", "mail_auth", "/tmp/x%2"]
        ),
        (
            "mysql://u+x:a%2Fb@/mail_auth?unix_socket=%2Ftmp%2Fx%2",
            ["u+x", "a/b", "localhost", "3306", "mail_auth", "/tmp/x%2"]
        ),
        (
            "MySQL+PyMySQL://u%40s:p ss@127.0.0.1:65535/my%20db?unix_socket=/run/a+b/my%20sqld.sock",
            ["u@s", "p ss", "127.0.0.1", "65535", "my db", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+aiomysql://u%zz:%%41@[2001:db8::1]:1/d?unix_socket=%2Ftmp%2Fx%2",
            ["u%zz", "%A", "2001:db8::1", "1", "d", "/tmp/x%2"]
        ),
        (
            "mysql+pymysql://u%:a/b?c#d@127.0.0.1:3307/d?unix_socket=/tmp/x%",
            ["u%", "a/b?c#d", "127.0.0.1", "3307", "d", "/tmp/x%"]
        ),
        ("mysql://ü:pä@my_db/d/e", ["ü", "pä", "my_db", "3306", "d/e", ""]),
        ("MySQL+PyMySQL://%41b:%%41@[::1]:3307/d@x?&charset=utf8&", ["Ab", "%A", "::1", "3307", "d@x", ""]),
        ("mariadb://mail.user:%25@127.0.0.1:1/100%?charset=utf8mb4", ["mail.user", "%", "127.0.0.1", "1", "100%", ""]),
        (
            "mysql+mysqldb://u s:a/b?c#d@my_db:1/d@x?unix_socket=%2Ftmp%2Fx%2",
            ["u s", "a/b?c#d", "my_db", "1", "d@x", "/tmp/x%2"]
        ),
        (
            "mysql+mysqldb://u#1:p+q@dbsrv-01.db.example.net:65535/d-1?unix_socket=%2Ftmp%2Fx%2",
            ["u#1", "p+q", "dbsrv-01.db.example.net", "65535", "d-1", "/tmp/x%2"]
        ),
        ("mariadb://a@b@c:@localhost:1/d?unix_socket=/tmp/a@b", ["a@b@c", "", "localhost", "1", "d", "/tmp/a@b"]),
        ("mysql://u s:%4@my_db:1/d@x?unix_socket=/tmp/x%", ["u s", "%4", "my_db", "1", "d@x", "/tmp/x%"]),
        (
            "mysql+aiomysql://ü:%4@127.0.0.1:65535/my%20db?unix_socket=/tmp/x%",
            ["ü", "%4", "127.0.0.1", "65535", "my db", "/tmp/x%"]
        ),
        ("MySQL+PyMySQL://u%:p+q@127.0.0.1:1/d:1?&charset=utf8&", ["u%", "p+q", "127.0.0.1", "1", "d:1", ""]),
        ("MySQL+PyMySQL://ü:@127.0.0.1/d-1?unix_socket=/tmp/x%", ["ü", "", "127.0.0.1", "3306", "d-1", "/tmp/x%"]),
        (
            "MySQL+PyMySQL://mailsvc@dbsrv-01:p%8xQ!@:1/d:1",
            ["mailsvc@dbsrv-01", "p%8xQ!", "localhost", "1", "d:1", ""]
        ),
        (
            "mariadb+mariadbconnector://mailsvc@dbsrv-01:\"q\"@[2001:db8::1]/d-1?unix_socket=%2Ftmp%2Fx%2",
            ["mailsvc@dbsrv-01", "\"q\"", "2001:db8::1", "3306", "d-1", "/tmp/x%2"]
        ),
        ("mysql+pymysql://u#1:%%41@my_db:3307/d?&charset=utf8&", ["u#1", "%A", "my_db", "3307", "d", ""]),
        (
            "mysql+mysqldb://mail.user:p ss@127.0.0.1:1/d/e?unix_socket=/run/a+b/my%20sqld.sock",
            ["mail.user", "p ss", "127.0.0.1", "1", "d/e", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+pymysql://u+x:p%40ss@[2001:db8::1]:65535/mail_auth?unix_socket=/run/a+b/my%20sqld.sock",
            ["u+x", "p@ss", "2001:db8::1", "65535", "mail_auth", "/run/a b/my sqld.sock"]
        ),
        (
            "MySQL+PyMySQL://mailsvc@dbsrv-01:p@localhost:65535/mail_auth?unix_socket=/tmp/a@b",
            ["mailsvc@dbsrv-01", "p", "localhost", "65535", "mail_auth", "/tmp/a@b"]
        ),
        (
            "mysql://u s:pä@localhost:65535/d-1?unix_socket=/run/a+b/my%20sqld.sock",
            ["u s", "pä", "localhost", "65535", "d-1", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+pymysql://mail.user:p?x=y&z@h:3307/my%20db?unix_socket=/run/a+b/my%20sqld.sock",
            ["mail.user", "p?x=y&z", "h", "3307", "my db", "/run/a b/my sqld.sock"]
        ),
        (
            "mysql+aiomysql://u+x:::1@[2001:db8::1]:1/100%?&charset=utf8&",
            ["u+x", "::1", "2001:db8::1", "1", "100%", ""]
        ),
        (
            "mysql+pymysql://u%:p%@[::1]:3307/100%?unix_socket=/tmp/a@b",
            ["u%", "p%", "::1", "3307", "100%", "/tmp/a@b"]
        ),
        (
            "mysql+asyncmy://u%:100%pure@[2001:db8::1]:65535/d/e?unix_socket=%2Ftmp%2Fx%2",
            ["u%", "100%pure", "2001:db8::1", "65535", "d/e", "/tmp/x%2"]
        ),
        (
            "mysql+pymysql://mailsvc@dbsrv-01:p%40ss@127.0.0.1/my%20db?unix_socket=/tmp/a@b",
            ["mailsvc@dbsrv-01", "p@ss", "127.0.0.1", "3306", "my db", "/tmp/a@b"]
        ),
        (
            "MySQL+PyMySQL://a@b@c:::1@[::1]:65535/d?unix_socket=/tmp/x%",
            ["a@b@c", "::1", "::1", "65535", "d", "/tmp/x%"]
        ),
        (
            "mysql+cymysql://u?x:pä@dbsrv-01.db.example.net/d-1",
            ["u?x", "pä", "dbsrv-01.db.example.net", "3306", "d-1", ""]
        ),
        (
            "mysql+pymysql://u%zz:%@localhost/d/e?unix_socket=/tmp/x%",
            ["u%zz", "%", "localhost", "3306", "d/e", "/tmp/x%"]
        ),
    ]
}
