import AppPasswordCore
import AuditCore
import Doctor
import Foundation
import Locks
import Logging
import PasswordSchemes
import Settings

/// Proves with real logins through Dovecot what becomes of a user's passwords.
///
/// A temporary app password is made, and taken away in the end, with its rows of the log, whatever has happened meanwhile.
struct LoginProof: Sendable {
    /// Whose logins are tried.
    var user: String
    /// The service that the logins are for: `imap`.
    var service: String
    /// Where they come from.
    var address: IPAddress
    /// The user's main password, if it is to be tried.
    var mainPassword: String?
    var settings: Settings
    var tools: DovecotTools
    /// Whether to leave off and take the password away.
    var isInterrupted: @Sendable () -> Bool = { false }

    /// What was tried, and what is wrong.
    struct Result: Sendable {
        var steps: [ProofStep] = []
        var findings: [Finding] = []

        /// Notes a step; one that failed is a finding.
        mutating func add(_ name: String, _ failure: Finding?, well: String) {
            steps.append(ProofStep(name, failure == nil ? .ok : .failed, failure?.what ?? well))
            if let failure { findings.append(failure) }
        }

        mutating func skip(_ name: String, _ reason: String) { steps.append(ProofStep(name, .skipped, reason)) }
    }

    /// Makes the password, tries everything, and takes it away.
    func run() async -> Result {
        var result = Result()
        let password = AppPasswordGenerator.password()
        let database: any AppPasswordAdministration
        let id: Int64
        do {
            database = try BackEnds.openDatabase(settings, makesFile: false, logger: .program(level: .error))
                .administration
            id = try await database.add(
                uid: user, storedHash: try PasswordScheme.sha512Crypt.hash(password), comment: "doctor, for a moment",
                created: .now)
        } catch {
            let words = (error as? BackendError)?.debugDescription ?? "\(error)"
            result.add("app password", .notMade(words), well: "")
            return result
        }
        result.steps.append(ProofStep("app password", .ok, "made for a moment, number \(id)"))
        await attempt(with: password, id, database, &result)
        await takeAway(id, database, &result)
        return result
    }

    private func attempt(
        with password: Password, _ id: Int64, _ database: any AppPasswordAdministration, _ result: inout Result
    ) async {
        let text = String(decoding: password.bytes, as: UTF8.self)
        let evidence = LoginEvidence(id: id, address: address, settings: settings)
        guard !isInterrupted() else { return result.skip("the rest", "interrupted") }
        let right = await reply(to: text, from: address)
        let judged =
            address.isPrivate ? ", from \(address), which no list judges: --from ADDRESS takes one that they do" : ""
        result.add("right password", right == .accepted ? nil : .rightRefused(right, user), well: "accepted" + judged)

        guard !isInterrupted() else { return result.skip("the rest", "interrupted") }
        let wrong = await reply(
            to: String(decoding: AppPasswordGenerator.password().bytes, as: UTF8.self), from: address)
        result.add("wrong password", .expected(wrong, "wrong", "a wrong password"), well: "refused")

        guard !isInterrupted() else { return result.skip("the rest", "interrupted") }
        if let denied = DeniedAddress.find(settings, service: service, user: user) {
            let reply = await reply(to: text, from: denied)
            result.add(
                "denied place", .expected(reply, "denied", "a login from \(denied), which a list denies,"),
                well: "refused from \(denied)")
        } else {
            result.skip("denied place", "no line of ip_networks denies an address")
        }
        await mainPassword(&result)

        guard !isInterrupted() else { return result.skip("the rest", "interrupted") }
        if right == .accepted {
            result.add("row in log", await evidence.rowTrouble(database, isInterrupted), well: "is there")
            if let reason = evidence.whyNoRecord {
                result.skip("audit record", reason)
            } else {
                result.add("audit record", await evidence.recordTrouble(isInterrupted), well: "is there")
            }
        } else {
            result.skip("row in log", "no login was accepted")
            result.skip("audit record", "no login was accepted")
        }

        guard !isInterrupted() else { return result.skip("the rest", "interrupted") }
        do throws(BackendError) {
            _ = try await database.revoke(id: id, hard: false, at: nil)
            let revoked = await reply(to: text, from: address)
            result.add("revoked password", .expected(revoked, "revoked", "a revoked password"), well: "refused")
        } catch {
            result.add("revoked password", .notRevoked(error.debugDescription), well: "")
        }
    }

    private func mainPassword(_ result: inout Result) async {
        let name = "main password from outside"
        guard let outcome = await tools.settings(), outcome.status == 0 else {
            return result.skip(name, "doveconf does not say where it is refused")
        }
        let passdbs = DovecotConfiguration(doveconf: outcome.output).passdbs.filter {
            $0.driver != "lua" && !$0.isMaster && !$0.isDeny
        }
        guard !passdbs.isEmpty, passdbs.allSatisfy({ $0.allowedNetworks != nil }) else {
            return result.skip(name, "Dovecot lets main passwords in from everywhere (no allow_nets)")
        }
        guard let mainPassword else { return result.skip(name, "--main-password-file has it tried") }
        let reply = await reply(to: mainPassword, from: address)
        result.add(name, .expected(reply, "main", "a main password from \(address)"), well: "refused from \(address)")
    }

    /// Takes the password away; where it cannot be removed it is revoked at least.
    private func takeAway(_ id: Int64, _ database: any AppPasswordAdministration, _ result: inout Result) async {
        do throws(BackendError) {
            _ = try await database.revoke(id: id, hard: true, at: nil)
            result.steps.append(ProofStep("cleaning up", .ok, "app password \(id) and its rows are gone"))
        } catch {
            var isRevoked = false
            if (try? await database.revoke(id: id, hard: false, at: nil)) != nil { isRevoked = true }
            result.add("cleaning up", .leftBehind(id, error.debugDescription, isRevoked: isRevoked), well: "")
        }
    }

    private func reply(to password: String, from address: IPAddress) async -> LoginReply {
        LoginReply(await tools.check(user: user, password: password, service: service, address: address.description))
    }
}

/// What `doveadm auth test` came to.
enum LoginReply: Sendable, Equatable {
    case accepted
    case refused
    /// Dovecot could not tell: an internal failure.
    case undecided(String)

    /// Reads how doveadm ended.
    init(_ outcome: ExternalCommand.Outcome?) {
        guard let outcome else {
            self = .undecided("there is no doveadm here")
            return
        }
        let words = (outcome.output + outcome.errors).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        let text = words.joined(separator: "; ")
        switch outcome.status {
        case 0: self = .accepted
        case 77 where !text.contains("temp_fail") && !words.contains("temp"): self = .refused
        case nil: self = .undecided("doveadm auth test did not end in time")
        default: self = .undecided(text.isEmpty ? "doveadm auth test ended with \(outcome.status ?? -1)" : text)
        }
    }

    fileprivate var words: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .undecided(let text): text
        }
    }
}

extension Finding {
    /// nil for a refusal.
    fileprivate static func expected(_ reply: LoginReply, _ id: String, _ what: String) -> Finding? {
        switch reply {
        case .refused: nil
        case .accepted:
            .error(
                "login.\(id)", "\(what) was accepted", why: "mailboxes are open to whoever has or guesses it",
                change: id == "main"
                    ? "allow_nets of the main passdb; doveconf -n shows what is in force"
                    : "the order of passdbs and their skip and result_ lines (docs/dovecot.md, 2)")
        case .undecided(let words):
            .error(
                "login.\(id)", "\(what) was not decided about: \(words)", why: "clients are told to try again later",
                change: "Dovecot's log says why (web-auth: …); journalctl -u dovecot, doveadm log errors")
        }
    }

    fileprivate static func rightRefused(_ reply: LoginReply, _ user: String) -> Finding {
        .error(
            "login.right", "\(user.visible()) was not let in with a right app password: \(reply.words)",
            why: "nobody is, or not this user",
            change: reply == .refused
                ? "Dovecot's log with auth_verbose = yes gives the reason (web-auth: …)"
                : "Dovecot's log says what keeps the service from answering (web-auth: …)",
            hints: ["doveadm log errors", "journalctl -u dovecot -u web-auth -n 50"])
    }

    fileprivate static func notMade(_ words: String) -> Finding {
        .error(
            "login.add", "no app password can be made: \(words)", why: "nothing could be proved",
            change:
                "--config with the settings of a database user who may (docs/install.md, app passwords from a shell)",
            hints: ["web-auth-server doctor --login USER --config /etc/dovecot-web-auth/admin.toml"])
    }

    fileprivate static func notRevoked(_ words: String) -> Finding {
        .error(
            "login.revoke", "the app password cannot be revoked: \(words)",
            why: "what revoking does could not be proved",
            change: "GRANT UPDATE (comment, deleted) ON app_passwords to the user of the settings' dsn")
    }

    fileprivate static func leftBehind(_ id: Int64, _ words: String, isRevoked: Bool) -> Finding {
        Finding(
            isRevoked ? .warning : .error, "login.cleanup",
            "app password \(id) cannot be removed\(isRevoked ? ", but is revoked" : " and works"): \(words)",
            why: isRevoked
                ? "it stays in the table, of no use to anybody" : "an app password is left that nobody needs",
            change: "web-auth-server app-password revoke \(id) --hard, as a user who may DELETE",
            hints: ["web-auth-server app-password revoke \(id) --hard"])
    }
}
