import AppPasswordCore
import AuditCore
import Doctor
import LDAPDirectory
import Locks
import Settings

extension DoctorCheck {
    /// The directory: bind, base, and what it says of an account.
    ///
    /// Other accounts are a matter of the app passwords' check, which asks for those who have any.
    static func directory(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("directory") {
            guard let settings = context.settings(soundIn: "ldap"), let ldap = settings.ldap else { return [] }
            let doubts = Mutex<[String]>([])
            guard
                let directory = BackEnds.openDirectory(
                    settings, onDoubt: { doubt in doubts.withLock { $0.append(doubt) } })
            else { return [] }
            if let (_, trouble) = await BackEndQuestion.ask([.directory(directory)]).first, let trouble {
                return [.unreachable(trouble, ldap)]
            }
            var findings: [Finding] = []
            for name in await sample(context, settings) {
                do throws(BackendError) {
                    let answer = try await directory.account(for: name)
                    if name == context.login { findings += account(name, answer) }
                } catch {
                    findings.append(.refused(error, ldap))
                    break
                }
            }
            return findings + doubts.withLock { $0 }.map(Finding.doubt)
        }
    }

    /// The user whose login is tried, or some who have app passwords.
    private static func sample(_ context: DoctorContext, _ settings: Settings) async -> [String] {
        if let login = context.login { return [login] }
        guard let settings = context.settings(soundIn: "database", "server"),
            let database = try? BackEnds.openDatabase(settings, makesFile: false, logger: .program(level: .error)),
            let rows = try? await database.administration.rows(after: .min, limit: 5)
        else { return [] }
        return rows.map(\.password.uid).filter(\.isPlausibleLogin)
    }

    private static func account(_ name: String, _ answer: AccountAnswer) -> [Finding] {
        switch answer {
        case .found(let account) where account.isDisabled:
            [
                .error(
                    "directory.disabled", "the account \(name.visible()) is disabled in the directory",
                    why: "its logins are refused", change: "its loginShell or homeDirectory, or another --login")
            ]
        case .found: []
        case .notFound:
            [
                .error(
                    "directory.account", "the directory has no account \(name.visible())",
                    why: "its logins end with \"user not found\"",
                    change: "ldap.filter, ldap.basedn, or another --login")
            ]
        case .ambiguous:
            [
                .error(
                    "directory.ambiguous", "the directory has several accounts \(name.visible())",
                    why: "its logins are refused (400)", change: "ldap.filter or ldap.basedn: one entry for one name")
            ]
        }
    }
}

extension Finding {
    fileprivate static func unreachable(_ trouble: BackEndQuestion.Trouble, _ ldap: Settings.LDAP) -> Finding {
        let words = trouble.detail
        let (id, change) =
            if ["certificate", "TLS"].contains(where: words.contains) {
                (
                    "directory.tls",
                    "ldap.tls_cert: the CA of the server's certificate, which has to be for the name in ldap.host or ldap.uri"
                )
            } else if !trouble.kind.hasPrefix(BackendError.Code.refused.name) {
                ("directory.unreachable", "ldap.uri, or ldap.host and ldap.port; is the server running?")
            } else if words.contains("bind: ") {
                ("directory.bind", "ldap.bind and ldap.password: the directory does not take them")
            } else {
                (
                    "directory.base",
                    "ldap.basedn = \"…\": the directory has no \(ldap.baseDN), or does not show it to ldap.bind"
                )
            }
        return .error(id, "the directory cannot be asked: \(words)", why: "every login is answered 503", change: change)
    }

    fileprivate static func refused(_ error: BackendError, _ ldap: Settings.LDAP) -> Finding {
        let isHidden = error.detail.contains("may not be read")
        return .error(
            isHidden ? "directory.hidden" : "directory.search", "\(error.code.name): \(error.detail)",
            why: "logins are answered 503",
            change: isHidden
                ? "let \(ldap.bindDN.isEmpty ? "anonymous (or an ldap.bind)" : ldap.bindDN) read loginShell and homeDirectory, "
                    + "or ldap.disabled_shells = []"
                : "ldap.filter: the directory does not answer \(ldap.filter)")
    }

    fileprivate static func doubt(_ words: String) -> Finding {
        .warning(
            "directory.doubt", words, why: "disabled accounts may be let in",
            change: "let ldap.bind read and compare loginShell and homeDirectory")
    }
}
