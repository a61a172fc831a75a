internal import Foundation

/// The files of a private Dovecot.
struct DovecotDirectory {
    private let url: URL

    init(_ url: URL) { self.url = url }

    /// Writes the configuration, the scripts and the users.
    func fill(
        ports: (imap: UInt16, pop3: UInt16), passdbs: DovecotPassdbs, users: [String: String],
        variables: [String: String]
    ) throws {
        // Dovecot's users have to get at the scripts, and nobody else's mail is here.
        for (name, mode) in [("", 0o755), ("mail", 0o1777), ("run", 0o755), ("state", 0o755)] {
            try FileManager.default.createDirectory(
                at: url.appendingPathComponent(name), withIntermediateDirectories: true)
            try setMode(mode, of: name)
        }
        for script in ["auth.lua", "audit.lua"] {
            let source = DovecotPassdbs.shippedFolder.appendingPathComponent(script)
            try write(String(contentsOf: source, encoding: .utf8), to: script)
        }
        try write(users.map { "\($0.key):{PLAIN}\($0.value)\n" }.sorted().joined(), to: "users")
        let chain = passdbs.text.replacingOccurrences(of: "/etc/dovecot", with: url.path)
        try write(settings(ports: ports, variables: variables) + chain + userdb, to: "dovecot.conf")
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(to: url.appendingPathComponent(name), atomically: false, encoding: .utf8)
        try setMode(0o644, of: name)
    }

    private func setMode(_ mode: Int, of name: String) throws {
        let path = name.isEmpty ? url.path : url.appendingPathComponent(name).path
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func settings(ports: (imap: UInt16, pop3: UInt16), variables: [String: String]) -> String {
        """
        base_dir = \(url.path)/run
        state_dir = \(url.path)/state
        log_path = \(url.path)/log
        protocols = imap pop3
        listen = 127.0.0.1
        ssl = no
        disable_plaintext_auth = no
        first_valid_uid = 1
        mail_location = maildir:\(url.path)/mail/%u
        import_environment = $import_environment \(variables.keys.sorted().joined(separator: " "))
        # The reasons that the scripts log.
        auth_verbose = yes
        # No waiting after failures, for all tests come from one address.
        auth_failure_delay = 0
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        # A test may say where it comes from.
        login_trusted_networks = 127.0.0.0/8
        imap_id_retain = yes
        # Any mechanism, spoken with Dovecot itself.
        service auth {
          unix_listener test-auth {
            mode = 0666
          }
        }
        service imap-login {
          inet_listener imap {
            port = \(ports.imap)
          }
          inet_listener imaps {
            port = 0
          }
        }
        service pop3-login {
          inet_listener pop3 {
            port = \(ports.pop3)
          }
          inet_listener pop3s {
            port = 0
          }
        }

        """
    }

    private var userdb: String {
        """

        userdb {
          driver = static
          args = uid=65534 gid=65534 home=\(url.path)/mail/%u
        }

        """
    }
}
