internal import Foundation

/// A chain of passdbs for ``DovecotServer``: text of dovecot.conf in which `/etc/dovecot` stands for the directory that
/// the scripts and the passwd-file `users` are copied to.
public struct DovecotPassdbs: Sendable {
    let text: String

    /// `auth.lua` alone.
    public static let authOnly = custom(
        """
        passdb {
          driver = lua
          args = file=/etc/dovecot/auth.lua blocking=yes
          skip = authenticated
        }
        """)

    /// The shipped `lua/dovecot-2.3-fail-open.conf.ext`: passwd-file, `auth.lua`, `audit.lua`.
    public static let auditFailOpen = DovecotPassdbs(text: shipped("dovecot-2.3-fail-open.conf.ext"))

    /// The shipped `lua/dovecot-2.3-fail-closed.conf.ext`.
    public static let auditFailClosed = DovecotPassdbs(text: shipped("dovecot-2.3-fail-closed.conf.ext"))

    /// The chain of docs/dovecot.md that holds a text.
    public static func documented(_ mark: String) -> DovecotPassdbs {
        DovecotPassdbs(text: Documentation.block("dovecot.md", with: mark) + "\n")
    }

    /// The same with more settings after it.
    public func adding(_ settings: String) -> DovecotPassdbs { DovecotPassdbs(text: text + "\n" + settings + "\n") }

    /// The same with another chain after it.
    public func adding(_ other: DovecotPassdbs) -> DovecotPassdbs { adding(other.text) }

    /// The same with more passdbs before the audit.
    public func beforeAudit(_ passdbs: String) -> DovecotPassdbs {
        let audit = "# The audit of logins with a main password"
        return DovecotPassdbs(text: text.replacingOccurrences(of: audit, with: passdbs + "\n" + audit))
    }

    /// Any other chain.
    public static func custom(_ text: String) -> DovecotPassdbs { DovecotPassdbs(text: text) }

    /// The folder of the shipped scripts and examples.
    static let shippedFolder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../lua")
        .standardizedFileURL

    private static func shipped(_ name: String) -> String {
        let file = shippedFolder.appendingPathComponent(name)
        return (try? String(contentsOf: file, encoding: .utf8)) ?? "\(file.path) cannot be read\n"
    }
}
