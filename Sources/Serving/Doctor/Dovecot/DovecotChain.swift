internal import Settings

/// The order of the passdbs, and what becomes of a login on its way through them.
struct DovecotChain {
    let passdbs: [DovecotPassdb]
    /// What each is.
    let roles: [DovecotPassdb.Role]
    let isNewStyle: Bool

    /// What is wrong with it, given how the service answers audits.
    func findings(_ audit: Settings.Audit) -> [Finding] {
        blockingFindings + appPasswordFindings + (auditPlace.map { auditFindings($0, audit) } ?? [])
    }

    private var auditPlace: Int? { roles.lastIndex(of: .audit) }

    private var blockingFindings: [Finding] {
        zip(passdbs, roles).filter { $0.blocksAuth && $1 != .other }.map { passdb, _ in
            let change = isNewStyle ? "passdb_use_worker = yes, or no such line" : "args = file=… blocking=yes"
            return .error(
                "dovecot.blocking", "\(passdb.name) runs in the auth process itself",
                why: "one slow answer stops every login", change: "\(passdb.name): \(change)")
        }
    }

    private var appPasswordFindings: [Finding] {
        guard let place = roles.firstIndex(of: .appPasswords) else { return [] }
        let passdb = passdbs[place]
        guard passdb.skip != "authenticated", passdbs[..<place].contains(where: \.handsOn) else { return [] }
        return [
            .error(
                "dovecot.skip_auth", "\(passdb.name) is asked for logins that a passdb before it has accepted",
                why: "a right main password is looked for among the app passwords, and refused or recorded as wrong",
                change: "\(passdb.name): skip = authenticated", hints: ["skip = authenticated"])
        ]
    }

    private func auditFindings(_ place: Int, _ audit: Settings.Audit) -> [Finding] {
        let passdb = passdbs[place]
        var findings: [Finding] = []
        if passdb.skip != "unauthenticated" {
            findings.append(
                .error(
                    "dovecot.skip_audit", "\(passdb.name) is asked for logins that nobody has accepted",
                    why: "they are recorded as logins, and with audit_result_success = \"ok\" may be let in",
                    change: "\(passdb.name): skip = unauthenticated", hints: ["skip = unauthenticated"]))
        }
        for (main, role) in zip(passdbs, roles).prefix(place)
        where role == .other && !main.handsOn && !main.isMaster && !main.isDeny {
            findings.append(
                .warning(
                    "dovecot.unaudited", "logins that \(main.name) accepts never get to the audit",
                    why: "they are judged by no list and recorded nowhere",
                    change: "\(main.name): result_success = continue-ok", hints: ["result_success = continue-ok"]))
        }
        let after = zip(passdbs, roles).dropFirst(place + 1).filter { $1 == .other && !$0.isMaster && !$0.isDeny }
        if let (late, _) = after.first {
            findings.append(
                .warning(
                    "dovecot.order", "\(late.name) comes after the audit",
                    why: "logins that it accepts are not audited",
                    change: "put \(passdb.name) last"))
        }
        return findings + answerFindings(passdb, isLast: after.isEmpty, audit)
    }

    /// Whether what the service answers means what the chain takes it for.
    private func answerFindings(_ passdb: DovecotPassdb, isLast: Bool, _ audit: Settings.Audit) -> [Finding] {
        let ends = ["return-fail", "return"]
        let (isBinding, isClosed) = (ends.contains(passdb.resultFailure), ends.contains(passdb.resultInternalFailure))
        var findings: [Finding] = []
        if isBinding, audit.resultSuccess != .ok {
            findings.append(
                .error(
                    "dovecot.audit_result",
                    "\(passdb.name) fails closed, and audit.audit_result_success is \"\(audit.resultSuccess.rawValue)\"",
                    why: "every login with a main password is refused",
                    change: "audit.audit_result_success = \"ok\"", hints: ["[audit]", "audit_result_success = \"ok\""]))
        } else if !isBinding, isLast, audit.resultSuccess == .next, !isNewStyle {
            findings.append(
                .error(
                    "dovecot.audit_result", "audit.audit_result_success is \"next\", and \(passdb.name) is the last",
                    why: "Dovecot 2.3 answers [UNAVAILABLE] where no passdb is left",
                    change: "audit.audit_result_success = \"unknown\"",
                    hints: ["[audit]", "audit_result_success = \"unknown\""]))
        }
        if !isBinding, audit.resultBlock == .mismatch {
            findings.append(
                .error(
                    "dovecot.result_block", "\(passdb.name) fails open, and audit.result_block is \"mismatch\"",
                    why: "401 stops no login that a passdb has accepted: the lists deny nobody with a main password",
                    change: "audit.result_block = \"disabled\"", hints: ["[audit]", "result_block = \"disabled\""]))
        }
        if isBinding != isClosed {
            let missing = isBinding ? "result_internalfail" : "result_failure"
            findings.append(
                .warning(
                    "dovecot.half_closed",
                    "\(passdb.name) has one of result_failure and result_internalfail, and not \(missing)",
                    why: isBinding
                        ? "while the service is away, logins go on unaudited"
                        : "refusals other than 403 and 410 stop nobody",
                    change: "\(passdb.name): \(missing) = return-fail, or neither", hints: ["\(missing) = return-fail"])
            )
        }
        return findings
    }
}
