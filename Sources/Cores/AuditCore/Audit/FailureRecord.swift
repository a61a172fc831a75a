/// What is written down of a login that failed.
///
/// Texts of the client are cut to `textLimit` characters: anybody can make us write one, with any name.
public struct FailureRecord: Sendable, Equatable {
    /// Why a login failed, as `AUDIT_EVENT` names it.
    package enum Event: String, Sendable, CaseIterable {
        /// The password is none of the account's.
        case wrongPassword = "wrong_password"
        /// No account has that name.
        case unknownAccount = "unknown_account"
        /// More than one account has that name.
        case ambiguousAccount = "ambiguous_account"
        /// The account must not log in.
        case disabledAccount = "disabled_account"
        /// The password is right, but not from that network.
        case refusedNetwork = "refused_network"
        /// The password was right once: it was revoked. A strong sign of theft, or of a forgotten client.
        case revoked = "revoked"
        /// The password is right, but suspended until somebody releases it.
        case suspended = "suspended"
        /// The password was right until its time was over: its end came, or it was not used for too long.
        case expired = "expired"
        /// The password is right, but its time has not come.
        case notYet = "not_yet"
        /// The password is right, but not for this service.
        case wrongService = "wrong_service"
        /// The password is right, but not for this place.
        case wrongPlace = "wrong_place"
        /// The password is right, but what limits it cannot be read.
        case unreadableLimits = "unreadable_limits"
        /// The password is right, but a fact that a list needs could not be had.
        case undecided = "undecided"
        /// A back end could not be asked; no fault of the client.
        case backendUnavailable = "backend_unavailable"
        /// The password was not checked, as too many wrong ones came before it: it may be right.
        case guessLimit = "guess_limit"
        /// The password was not checked, as the machine is too busy hashing.
        case overloaded = "overloaded"
        /// No failure: a honeypot was used, from a network from which it had not been.
        case honeypot = "honeypot"

        /// Whether its login has an audit record besides, as its password matched.
        package var hasAuditRecord: Bool {
            switch self {
            case .refusedNetwork, .revoked, .suspended, .expired, .notYet, .wrongService, .wrongPlace,
                .unreadableLimits,
                .undecided,
                .honeypot:
                true
            case .wrongPassword, .unknownAccount, .ambiguousAccount, .disabledAccount, .backendUnavailable, .guessLimit,
                .overloaded:
                false
            }
        }
    }

    /// How many characters (Unicode scalars) of a client's text are kept.
    package static let textLimit = 256

    /// Why it failed.
    package var event: Event
    /// In words, for people.
    package var reason: String
    /// The name typed.
    package var login: String
    /// `imap`, `submission`, …
    package var service: String
    /// Where it came from; nil for a login over a local socket.
    package var address: IPAddress?
    /// When the request arrived.
    package var time: Timestamp
    /// Dovecot's session id.
    package var sessionID: String?
    /// The app password, where one matched.
    package var passwordID: Int64?
    /// How many failures, of whatever network, were not written since the one before this.
    package var suppressed = 0

    /// Makes a record of an attempt.
    package init(_ event: Event, reason: String, attempt: LoginAttempt, passwordID: Int64? = nil) {
        self.event = event
        self.reason = Self.cut(reason)
        self.passwordID = passwordID
        login = Self.cut(attempt.login)
        service = Self.cut(attempt.service)
        address = attempt.address
        time = attempt.time
        sessionID = attempt.sessionID.map(Self.cut)
    }

    /// The line for administrators and for programs that ban addresses; it never begins as a login's does:
    /// `failed login: user=<alice>, service=imap, ip=192.0.2.1, event=wrong_password, reason=<invalid password>`,
    /// then `, password=7` where an app password matched, and `, suppressed=17` where others were not written.
    package var message: String {
        var text =
            (event == .honeypot ? "honeypot used: " : "failed login: ") + "user=<\(login.auditEscaped(for: .name))>"
        text += ", service=\(service.auditEscaped(for: .bare)), ip=\(address?.description ?? "None")"
        text += ", event=\(event.rawValue), reason=<\(reason.auditEscaped(for: .bracketed))>"
        if let passwordID { text += ", password=\(passwordID)" }
        if suppressed > 0 { text += ", suppressed=\(suppressed)" }
        return text
    }

    /// `PRIORITY` of syslog: warning (4) where the server is in trouble, else notice (5).
    package var priority: Int {
        switch event {
        case .backendUnavailable, .undecided, .overloaded, .unreadableLimits: 4
        case .guessLimit, .wrongPassword, .unknownAccount, .ambiguousAccount, .disabledAccount, .refusedNetwork,
            .revoked, .suspended, .expired, .notYet, .wrongService, .wrongPlace, .honeypot:
            5
        }
    }

    /// The `AUDIT_*` fields; what is not known has none, but for `AUDIT_IP`.
    package var fields: [AuditField] {
        var fields: [AuditField] = []
        func add(_ name: String, _ value: AuditValue, _ spelling: AuditField.Spelling = .json) {
            fields.append(AuditField(name: "AUDIT_" + name, value: value, spelling: spelling))
        }
        add("EVENT", .text(event.rawValue))
        add("REASON", .text(reason))
        add("USER", .text(login))
        if let passwordID { add("PASSWORD", .integer(passwordID)) }
        add("SERVICE", .text(service))
        add("IP", AuditValue(address?.description), .python)
        if let sessionID { add("SESSION_ID", .text(sessionID)) }
        if suppressed > 0 { add("SUPPRESSED", AuditValue(suppressed)) }
        return fields
    }

    private static func cut(_ text: String) -> String {
        // The bytes are counted first: counting the scalars of each name would cost more than cutting a long one.
        guard text.utf8.count > textLimit, text.unicodeScalars.count > textLimit else { return text }
        return String(text.unicodeScalars.prefix(textLimit)) + "…"
    }
}
