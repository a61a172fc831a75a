import Doctor
import Foundation
import Settings

/// The Dovecot of this machine, and how to ask it.
struct DovecotTools: Sendable {
    /// The configuration that was named, in place of Dovecot's own.
    var configuration: String?

    private var options: [String] { configuration.map { ["-c", $0] } ?? [] }

    /// What `doveconf -n` prints; nil if there is no doveconf.
    func settings() async -> ExternalCommand.Outcome? {
        guard let path = ExternalCommand.find("doveconf") else { return nil }
        return await ExternalCommand.run(path, options + ["-n"])
    }

    /// Has Dovecot check a password, as if a client had sent it.
    ///
    /// - Returns: nil if there is no doveadm.
    func check(user: String, password: String, service: String, address: String) async -> ExternalCommand.Outcome? {
        guard let path = ExternalCommand.find("doveadm") else { return nil }
        // It asks for the password: on its command line everybody could read it.
        return await ExternalCommand.run(
            path, options + ["auth", "test", "-x", "service=\(service)", "-x", "rip=\(address)", user],
            input: password + "\n", within: .seconds(30))
    }
}

extension DoctorCheck {
    /// Dovecot's configuration, as doveconf shows it.
    static func dovecot(_ context: DoctorContext, _ tools: DovecotTools) -> DoctorCheck {
        DoctorCheck("dovecot") {
            guard let outcome = await tools.settings() else {
                return [
                    .warning(
                        "dovecot.missing", "there is no doveconf here", why: "nothing of Dovecot could be looked at",
                        change: "run doctor on the machine of Dovecot, or with --skip dovecot")
                ]
            }
            guard outcome.status == 0 else {
                let words = outcome.errors.split(whereSeparator: \.isNewline).first.map(String.init)
                return [
                    .error(
                        "dovecot.configuration", words ?? "doveconf -n did not end within 10 s",
                        why: "Dovecot does not start or reload with it",
                        change: "the line that doveconf names; run doctor as root, who may read all of it")
                ]
            }
            let configuration = DovecotConfiguration(doveconf: outcome.output)
            let settings = context.settings(soundIn: "server", "audit") ?? Settings()
            return configuration.findings(for: settings, file: read) + modules(configuration)
        }
    }

    private static func read(_ path: String) -> DovecotConfiguration.File {
        guard FileManager.default.fileExists(atPath: path) else {
            // A directory on the way may be closed to us.
            let directory = (path as NSString).deletingLastPathComponent
            return access(directory, X_OK) == 0 || errno == ENOENT ? .missing : .unreadable
        }
        guard let data = FileManager.default.contents(atPath: path) else { return .unreadable }
        return .text(String(decoding: data.prefix(1 << 20), as: UTF8.self))
    }

    /// What the scripts need beside Dovecot.
    private static func modules(_ configuration: DovecotConfiguration) -> [Finding] {
        let modules = "/usr/lib/dovecot/modules"
        guard configuration.passdbs.contains(where: { $0.driver == "lua" }),
            FileManager.default.fileExists(atPath: modules),
            !FileManager.default.fileExists(atPath: modules + "/auth/libauthdb_lua.so")
        else { return [] }
        return [
            .error(
                "dovecot.lua", "Dovecot has no Lua: there is no \(modules)/auth/libauthdb_lua.so",
                why: "its auth process does not start", change: "apt-get install dovecot-auth-lua lua-cjson",
                hints: ["apt-get install dovecot-auth-lua lua-cjson"])
        ]
    }
}
