import Foundation

/// A private Postfix with nothing but an smtpd, which asks a Dovecot who may send, and delivers nowhere.
public final class PostfixServer: Sendable {
    private static let daemons = "/usr/lib/postfix/sbin"

    /// Whether tests should run: as root, as its master gives up its rights.
    public static let isAvailable =
        ProcessInfo.processInfo.environment["CI"] == "true" || (geteuid() == 0 && InstalledServers.has("postfix"))
    /// What a skipped test says.
    public static let missing = "Postfix tests are skipped: as root, apt-get install postfix"

    /// TCP port of 127.0.0.1 that its smtpd listens at.
    public let port: UInt16
    private let process: ServerProcess
    private let directory: PrivateDirectory

    /// Starts it.
    ///
    /// Its master wants a session of its own and cannot have one if it leads a process group, as programs do that Foundation's
    /// `Process` starts: it would end at once.
    ///
    /// - Parameter socket: Where Dovecot's authentication service listens (`smtpd_sasl_path`); anybody may use it.
    public init(authenticatingAt socket: String) async throws {
        let port = try freePort()
        self.port = port
        directory = try PrivateDirectory()
        let home = directory.path
        for name in ["conf", "spool", "data"] {
            try FileManager.default.createDirectory(
                atPath: "\(home)/\(name)", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        }
        _ = try await Command.run(["chown", "postfix", "\(home)/data"])
        _ = try directory.write(
            """
            compatibility_level = 3.6
            queue_directory = \(home)/spool
            data_directory = \(home)/data
            command_directory = /usr/sbin
            daemon_directory = \(Self.daemons)
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = mx.example.com
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            maillog_file = \(home)/maillog
            maillog_file_prefixes = \(home)
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = \(socket)
            smtpd_tls_security_level = none
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            # A test may say where it comes from.
            smtpd_authorized_xclient_hosts = 127.0.0.1
            # No waiting after failures, for all tests come from one address.
            smtpd_error_sleep_time = 0
            default_transport = error:nowhere
            local_recipient_maps =
            alias_maps =

            """, to: "conf/main.cf")
        _ = try directory.write(
            """
            \(port) inet n - n - - smtpd
            postlog unix-dgram n - n - 1 postlogd
            anvil unix - - n - 1 anvil
            rewrite unix - - n - - trivial-rewrite
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            proxymap unix - - n - - proxymap
            error unix - - n - - error
            retry unix - - n - - error
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce

            """, to: "conf/master.cf")
        // Makes the directories of the queue, each with its owner.
        _ = try await Command.run(["postfix", "-c", "\(home)/conf", "check"])
        process = ServerProcess(["\(Self.daemons)/master", "-s", "-c", "\(home)/conf"], log: "\(home)/log") {
            isListening(port)
        }
        try await process.start()
    }

    /// Ends it.
    public func stop() async throws { try await process.stop() }

    /// What it has logged.
    public var log: String { (try? directory.read("maillog")) ?? "" }
}
