internal import Foundation

/// A chain of passdbs for ``DovecotServer``, with whatever settings go with it: text of dovecot.conf in which
/// `/etc/dovecot` stands for the directory that the scripts and the passwd-file `users` are copied to.
public struct DovecotPassdbs: Sendable {
    /// The chain as a version spells it.
    let text: @Sendable (DovecotVersion) -> String

    /// `auth.lua` alone, as docs/dovecot.md has it.
    public static let authOnly = documented("For app passwords alone")

    /// The shipped `lua/dovecot-*-fail-open.conf.ext`: passwd-file, `auth.lua`, `audit.lua`.
    public static let auditFailOpen = DovecotPassdbs { shipped("dovecot-\($0)-fail-open.conf.ext") }

    /// The shipped `lua/dovecot-*-fail-closed.conf.ext`.
    public static let auditFailClosed = DovecotPassdbs { shipped("dovecot-\($0)-fail-closed.conf.ext") }

    /// The chains of docs/dovecot.md whose first line is that comment, followed by the version in brackets.
    public static func documented(_ title: String) -> DovecotPassdbs {
        DovecotPassdbs { Documentation.block("dovecot.md", with: "# \(title) (\($0))") + "\n" }
    }

    /// Any other chain, as each version spells it.
    public static func custom(v23: String, v24: String) -> DovecotPassdbs {
        DovecotPassdbs { $0 == .v23 ? v23 : v24 }
    }

    /// The same with more settings after it, in which versions do not differ.
    public func adding(_ settings: String) -> DovecotPassdbs { adding(.custom(v23: settings, v24: settings)) }

    /// The same with another chain after it.
    public func adding(_ other: DovecotPassdbs) -> DovecotPassdbs {
        DovecotPassdbs { [text] in text($0) + "\n" + other.text($0) + "\n" }
    }

    /// The same with more passdbs before the audit.
    public func beforeAudit(_ passdbs: DovecotPassdbs) -> DovecotPassdbs {
        let audit = "# The audit of logins with a main password"
        return DovecotPassdbs { [text] in
            text($0).replacingOccurrences(of: audit, with: passdbs.text($0) + "\n" + audit)
        }
    }

    /// The folder of the shipped scripts and examples.
    static let shippedFolder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../lua")
        .standardizedFileURL

    private static func shipped(_ name: String) -> String {
        let file = shippedFolder.appendingPathComponent(name)
        return (try? String(contentsOf: file, encoding: .utf8)) ?? "\(file.path) cannot be read\n"
    }
}
