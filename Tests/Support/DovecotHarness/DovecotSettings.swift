/// What stands in a private Dovecot's configuration around the chain of passdbs.
struct DovecotSettings {
    let version: DovecotVersion
    let ports: DovecotServer.Ports
    /// Its directory.
    let directory: String
    /// A server certificate and its key (PEM files).
    let certificate: (file: String, key: String)
    /// Variables of the environment that the scripts are to see on 2.3.
    let variables: [String]

    /// What stands before the chain.
    var before: String { (version == .v23 ? of23 : of24) + ofBoth + services }

    /// What stands after it.
    var after: String {
        let fields = ["uid=65534", "gid=65534", "home=\(directory)/mail/%\(version == .v23 ? "u" : "{user}")"]
        return version == .v23
            ? "\nuserdb {\n  driver = static\n  args = \(fields.joined(separator: " "))\n}\n"
            : "\nuserdb static {\n  fields {\n    \(fields.joined(separator: "\n    "))\n  }\n}\n"
    }

    private var of23: String {
        """
        disable_plaintext_auth = no
        mail_location = maildir:\(directory)/mail/%u
        import_environment = $import_environment \(variables.joined(separator: " "))
        ssl_cert = <\(certificate.file)
        ssl_key = <\(certificate.key)

        """
    }

    private var of24: String {
        """
        dovecot_config_version = 2.4.0
        dovecot_storage_version = 2.4.0
        auth_allow_cleartext = yes
        # What could not be decided waits as well there.
        auth_internal_failure_delay = 0
        mail_driver = maildir
        mail_path = \(directory)/mail/%{user}
        ssl_server_cert_file = \(certificate.file)
        ssl_server_key_file = \(certificate.key)

        """
    }

    private var ofBoth: String {
        """
        base_dir = \(directory)/run
        state_dir = \(directory)/state
        log_path = \(directory)/log
        protocols = imap pop3\(ports.submission == nil ? "" : " submission")
        listen = 127.0.0.1
        ssl = yes
        first_valid_uid = 1
        # The reasons that the scripts log.
        auth_verbose = yes
        # No waiting after failures, for all tests come from one address.
        auth_failure_delay = 0
        # A test may say where it comes from.
        login_trusted_networks = 127.0.0.0/8
        imap_id_retain = yes
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        # Any mechanism, spoken with Dovecot itself.
        service auth {
          unix_listener test-auth {
            mode = 0666
          }
        }

        """
    }

    private var services: String {
        var text = service("imap", port: ports.imap, tlsPort: ports.imaps) + service("pop3", port: ports.pop3)
        if let port = ports.submission {
            // Nobody is there to pass mail on to; that is found out after the login.
            text += "submission_relay_host = 127.0.0.1\nsubmission_relay_port = 1\n"
            text += service("submission", port: port)
        }
        return text
    }

    private func service(_ name: String, port: UInt16, tlsPort: UInt16 = 0) -> String {
        """
        service \(name)-login {
          inet_listener \(name) {
            port = \(port)
          }
          inet_listener \(name)s {
            port = \(tlsPort)
          }
        }

        """
    }
}
