import Foundation

/// The real `crowdsec` with the shipped parser and scenario, and nothing else but its own syslog parser.
public enum CrowdSec {
    /// Whether tests should run.
    ///
    /// Not demanded in CI: installing the package registers with a service on the Internet and fails without it, unless
    /// `/etc/crowdsec/online_api_credentials.yaml` is there, not empty, beforehand.
    public static let isAvailable =
        ["/usr/bin/crowdsec", "/usr/share/crowdsec/hub/parsers", "/etc/crowdsec/patterns"]
        .allSatisfy(FileManager.default.fileExists(atPath:))
    /// What a skipped suite says.
    public static let missing =
        "CrowdSec tests are skipped: apt-get install crowdsec, with an online_api_credentials.yaml put there before"

    /// Whom it would ban for lines of a log.
    ///
    /// - Parameter packaging: The folder of the shipped files.
    /// - Returns: What it says of each: `Ip 192.0.2.1 performed 'dovecot-web-auth/guessing'`.
    public static func bans(for log: String, packaging: String) async throws -> [String] {
        let directory = try PrivateDirectory()
        let home = directory.path
        for folder in [
            "data", "hub", "parsers/s00-raw", "parsers/s01-parse", "parsers/s02-enrich", "scenarios", "acquis.d",
        ] {
            try FileManager.default.createDirectory(atPath: "\(home)/\(folder)", withIntermediateDirectories: true)
        }
        let hub = "/usr/share/crowdsec/hub/parsers"
        for (from, to) in [
            ("/etc/crowdsec/patterns", "patterns"), ("/etc/crowdsec/simulation.yaml", "simulation.yaml"),
            ("/etc/crowdsec/profiles.yaml", "profiles.yaml"),
            ("/usr/share/crowdsec/hub/.index.json", "hub/.index.json"),
            ("\(hub)/s00-raw/crowdsecurity/syslog-logs.yaml", "parsers/s00-raw/"),
            ("\(hub)/s02-enrich/crowdsecurity/dateparse-enrich.yaml", "parsers/s02-enrich/"),
            ("\(packaging)/parsers/dovecot-web-auth.yaml", "parsers/s01-parse/"),
            ("\(packaging)/scenarios/dovecot-web-auth-bf.yaml", "scenarios/"),
        ] {
            _ = try await Command.run(["cp", "-rL", from, "\(home)/\(to)"])
        }
        let port = try freePort()
        _ = try directory.write(
            "url: http://127.0.0.1:\(port)\nlogin: tests\npassword: tests\n", to: "credentials.yaml")
        let settings = try directory.write(settings(home: home, port: port), to: "config.yaml")
        _ = try await Command.run([
            "cscli", "--error", "-c", settings, "machines", "add", "tests", "--password", "tests", "--force",
        ])
        let file = try directory.write(log, to: "mail.log")
        let output = try await Command.run([
            "crowdsec", "-c", settings, "-no-capi", "-type", "syslog", "-dsn", "file://\(file)",
        ])
        return output.matches(of: #/Ip \S+ performed '[^']+'/#).map { String($0.output) }
    }

    private static func settings(home: String, port: UInt16) -> String {
        """
        common:
          daemonize: false
          log_media: stdout
          log_level: info
          working_dir: .
        config_paths:
          config_dir: \(home)/
          data_dir: \(home)/data/
          simulation_path: \(home)/simulation.yaml
          hub_dir: \(home)/hub/
          index_path: \(home)/hub/.index.json
        crowdsec_service:
          acquisition_dir: \(home)/acquis.d
          parser_routines: 1
        cscli:
          output: raw
        db_config:
          type: sqlite
          db_path: \(home)/data/crowdsec.db
          use_wal: true
        api:
          client:
            credentials_path: \(home)/credentials.yaml
          server:
            log_level: info
            listen_uri: 127.0.0.1:\(port)
            profiles_path: \(home)/profiles.yaml
        prometheus:
          enabled: false
        """
    }
}
