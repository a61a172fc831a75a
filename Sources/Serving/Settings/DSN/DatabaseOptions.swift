/// What follows the `?` of a DSN: options of Python's drivers, of which some are used, some change nothing here, and some
/// are refused, since without them something would be checked that they switch off, or read that we do not read.
struct DatabaseOptions {
    /// On options that change nothing here.
    private(set) var notes: [String] = []
    /// Whether `caching_sha2_password` is asked for where it is not used unasked.
    private(set) var trustsServerKey = false
    private let pairs: [(name: String, value: Substring)]
    private var used: Set<String> = []

    /// - Parameter text: As written, without the question mark.
    init(_ text: Substring) {
        pairs = text.split(separator: "&").map { pair in
            let equals = pair.firstIndex(of: "=") ?? pair.endIndex
            return (String(pair[..<equals]), pair[equals...].dropFirst())
        }
    }

    /// Takes the value of an option that is used, given by one of its names.
    ///
    /// - Parameters:
    ///   - other: What the DSN says in another place, which counts if no option does; percent-encoded.
    ///   - what: What that is, for its error.
    mutating func take(
        _ names: String..., or other: Substring? = nil, what: String = "option"
    ) throws(DatabaseDSNError) -> String? {
        var found: String?
        for name in names {
            used.insert(name)
            for pair in pairs where pair.name == name {
                guard found == nil else { throw DatabaseDSNError("\(name) is given twice") }
                let value = try Self.value(of: pair)
                guard !value.isEmpty else { throw DatabaseDSNError("the option \(name) has no value") }
                found = value
            }
        }
        if let found { return found }
        guard let other else { return nil }
        return try DatabaseURL.decoded(other, what: what)
    }

    /// Whether one of these is given.
    func has(_ names: String...) -> Bool { pairs.contains { names.contains($0.name) } }

    /// Refuses what is refused whatever else is given.
    func refuse() throws(DatabaseDSNError) {
        for pair in pairs {
            if let reason = Self.refused[pair.name] { throw DatabaseDSNError("\(pair.name): \(reason)") }
        }
    }

    /// Reads what is left of a server's options.
    ///
    /// - Parameters:
    ///   - isVerified: Whether TLS is used, which checks the certificate and the name in it.
    ///   - isOnThisMachine: Whether nothing sent to the server leaves this machine.
    mutating func finishServer(isVerified: Bool, isOnThisMachine: Bool) throws(DatabaseDSNError) {
        for pair in pairs where !used.contains(pair.name) {
            let value = try Self.value(of: pair)
            switch pair.name {
            case "ssl_verify_cert", "ssl_verify_identity", "ssl_check_hostname":
                guard Self.isTrue(value) else {
                    throw DatabaseDSNError("\(pair.name) cannot be switched off: certificates are checked")
                }
                try Self.needTLS(isVerified, pair.name)
            case "ssl", "ssl_disabled", "ssl_mode": try Self.check(pair.name, value, isVerified: isVerified)
            case "auth_plugin", "default_auth":
                guard !["mysql_clear_password", "dialog"].contains(value) else {
                    throw DatabaseDSNError("\(pair.name): the password is not sent as it is")
                }
                if value == "caching_sha2_password", !isVerified, !isOnThisMachine {
                    trustsServerKey = true
                } else {
                    note(pair.name, "the server names the way to log in")
                }
            case "init_command":
                guard !value.lowercased().contains("role") else {
                    throw DatabaseDSNError("init_command is not run: make the role the user's default one")
                }
                note(pair.name, "it is not run; character set, time zone and sql_mode are always the service's own")
            case "charset", "collation":
                let isOurs = ["utf8mb4", "utf8", "utf8mb3"].contains { value.lowercased().hasPrefix($0) }
                if !isOurs { note(pair.name, "names are always sent as utf8mb4") }
            default:
                guard let why = Self.withoutEffect[pair.name] else {
                    let known =
                        "unix_socket, target, ssl_ca, ssl_cert, ssl_key, ssl_verify_cert, ssl_verify_identity, charset"
                    throw DatabaseDSNError("unknown option\(Self.shown(pair.name)); known are \(known)")
                }
                note(pair.name, why)
            }
        }
    }

    /// Reads the options of an embedded database: none changes anything.
    mutating func finishSQLite() throws(DatabaseDSNError) {
        let harmless = [
            "timeout", "check_same_thread", "isolation_level", "detect_types", "cached_statements", "autocommit",
            "charset",
        ]
        for pair in pairs {
            guard harmless.contains(pair.name) else {
                throw DatabaseDSNError("options are not supported with sqlite: leave out\(Self.shown(pair.name))")
            }
            note(pair.name, pair.name == "timeout" ? Self.ownTimeout : "the service opens the file in its own way")
        }
    }

    private mutating func note(_ name: String, _ why: String) {
        notes.append("the option \(name) of the DSN changes nothing: \(why)")
    }

    /// What says whether TLS is used: that is what `ssl_ca` says.
    private static func check(_ name: String, _ value: String, isVerified: Bool) throws(DatabaseDSNError) {
        let value = value.lowercased()
        switch (name, value) {
        case ("ssl_mode", "disabled"),
            ("ssl", _) where isFalse(value),
            ("ssl_disabled", _) where isTrue(value):
            if isVerified {
                throw DatabaseDSNError("\(name) says that TLS is off, ssl_ca that it is on: keep one of the two")
            }
        case ("ssl_mode", "preferred"),
            ("ssl_disabled", _) where isFalse(value):
            break
        case ("ssl_mode", "required"), ("ssl_mode", "verify_ca"), ("ssl_mode", "verify_identity"),
            ("ssl", _) where isTrue(value):
            try needTLS(isVerified, name)
        default: throw DatabaseDSNError("\(name) has a value that is not known; TLS is used if ssl_ca is given")
        }
    }

    private static func needTLS(_ isVerified: Bool, _ name: String) throws(DatabaseDSNError) {
        guard isVerified else { throw DatabaseDSNError("\(name) needs ssl_ca: a file of the CA's certificates") }
    }

    /// Decodes as Python's `parse_qsl` does.
    private static func value(of pair: (name: String, value: Substring)) throws(DatabaseDSNError) -> String {
        try DatabaseURL.decoded(Substring(pair.value.replacing("+", with: " ")), what: "option")
    }

    private static func isTrue(_ value: String) -> Bool {
        ["1", "true", "yes", "on", "y", "t"].contains(value.lowercased())
    }

    private static func isFalse(_ value: String) -> Bool {
        ["0", "false", "no", "off", "n", "f"].contains(value.lowercased())
    }

    /// A blank and the name, if it is one that can be shown: what is no option may be part of a password.
    private static func shown(_ name: String) -> String {
        let isWord = name.count <= 40 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isWord && !name.isEmpty ? " \(name)" : ""
    }

    private static let ownTimeout = "database.timeout says how long is waited"
    private static let ownConnections = "the service keeps connections in its own way (database.pool_size)"
    private static let ownAnswers = "the service reads answers in its own way"
    private static let ownSession = "the service sets it for its own sessions"

    private static let withoutEffect = [
        "connect_timeout": ownTimeout, "connection_timeout": ownTimeout, "read_timeout": ownTimeout,
        "write_timeout": ownTimeout,
        "autocommit": ownSession, "sql_mode": ownSession, "time_zone": ownSession, "use_unicode": ownSession,
        "pool_size": ownConnections, "pool_name": ownConnections, "pool_reset_session": ownConnections,
        "pool_recycle": ownConnections, "defer_connect": ownConnections, "reconnect": ownConnections,
        "autoreconnect": ownConnections, "keep_alive": ownConnections, "force_ipv6": ownConnections,
        "bind_address": ownConnections, "minsize": ownConnections, "maxsize": ownConnections,
        "raise_on_warnings": ownAnswers, "get_warnings": ownAnswers, "buffered": ownAnswers,
        "consume_results": ownAnswers, "raw": ownAnswers, "conv": ownAnswers, "converter_class": ownAnswers,
        "cursorclass": ownAnswers, "binary_prefix": ownAnswers, "prepared": ownAnswers, "echo": ownAnswers,
        "max_allowed_packet": ownAnswers, "use_pure": ownAnswers, "compress": ownAnswers, "client_flag": ownAnswers,
        "client_flags": ownAnswers, "program_name": ownAnswers, "driver": ownAnswers, "local_infile": "it stays off",
        "allow_local_infile": "it stays off", "allow_local_infile_in_path": "it stays off",
    ]

    private static let optionFiles = "option files are not read: write user, password, host and database into the DSN"
    private static let ownTLS = "is not supported; TLS takes what the library takes"

    private static let refused = [
        "read_default_file": optionFiles, "read_default_group": optionFiles, "default_file": optionFiles,
        "default_group": optionFiles, "option_files": optionFiles, "option_groups": optionFiles,
        "odbc_connect": "ODBC data sources are not read: write user, password, host and database into the DSN",
        "dsn": "ODBC data sources are not read: write user, password, host and database into the DSN",
        "ssl_capath": "a directory of certificates is not read: name one file with ssl_ca",
        "ssl_crl": "revocation lists are not read", "ssl_crlpath": "revocation lists are not read",
        "ssl_key_password": "a key that is encrypted is not read: give ssl_key without a password",
        "ssl_cipher": ownTLS, "tls_version": ownTLS, "tls_versions": ownTLS, "tls_ciphersuites": ownTLS,
        "ssl_cipher_suites": ownTLS,
        "server_public_key": "is not supported: use unix_socket, or TLS with ssl_ca",
        "auth_plugin_map": "is not supported: the server names the way to log in", "plugin_dir": "is not supported",
        "named_pipe": "is not supported: use unix_socket",
    ]
}
