import ArgumentParser
import PasswordSchemes
import Settings

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve in the foreground (the default verb).",
        discussion: """
            SIGTERM and SIGINT end it after what is in flight; SIGHUP reloads settings and lists.

            Example: web-auth-server serve --config /etc/dovecot-web-auth/config.toml
            """)

    @OptionGroup var options: ConfigOption
    @Option(help: "The address to listen on, in place of server.host.")
    var host: String?
    @Option(help: "The port to listen on, in place of server.port.")
    var port: Int?
    @Flag(help: "Ask nobody about addresses, as lookup.offline does.")
    var offline = false

    func run() async throws {
        let sockets = SocketStore()
        do {
            try await serve(sockets)
        } catch {
            // Nobody answers there, as long as the cause lasts.
            sockets.letGo()
            throw error
        }
    }

    private func serve(_ sockets: SocketStore) async throws {
        let location = try SettingsLocation(
            config: options.config, overrides: SettingsOverrides(host: host, port: port, isOffline: offline))
        guard ProcessMemory.keepPrivate() else {
            throw SetupFailure(["the process's memory cannot be kept from core dumps"], exitCode: .internal)
        }
        FileDescriptors.raiseLimit()
        try await WebAuthServer(location, sockets).run()
    }
}
