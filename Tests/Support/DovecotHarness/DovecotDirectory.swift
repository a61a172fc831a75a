internal import Foundation

/// The files of a private Dovecot.
struct DovecotDirectory {
    private let url: URL

    init(_ url: URL) { self.url = url }

    /// Writes the configuration, the scripts and the users.
    func fill(
        _ settings: DovecotSettings, passdbs: DovecotPassdbs, users: [String: String], variables: [String: String]
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
        var chain = passdbs.text(settings.version).replacingOccurrences(of: "/etc/dovecot", with: url.path)
        if settings.version == .v24 { chain = try LuaSettings.put(variables, into: chain) }
        try write(settings.before + chain + settings.after, to: "dovecot.conf")
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(to: url.appendingPathComponent(name), atomically: false, encoding: .utf8)
        try setMode(0o644, of: name)
    }

    private func setMode(_ mode: Int, of name: String) throws {
        let path = name.isEmpty ? url.path : url.appendingPathComponent(name).path
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
