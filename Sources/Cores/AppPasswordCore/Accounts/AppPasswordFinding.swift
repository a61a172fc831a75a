package import AuditCore

/// Something about a row of `app_passwords` that keeps it from being of use, or makes one wonder.
package struct AppPasswordFinding: Sendable, Equatable {
    /// What kind of thing it is.
    package enum Kind: String, Sendable, CaseIterable {
        /// No login can reach the row.
        case unreachable
        /// Only logins that are typed in just these capitals reach it.
        case spelling
        /// No password can match its hash.
        case hash
        /// A time in it is none.
        case date
        /// It was never used.
        case unused
        /// It has not been used for 90 days.
        case idle
        /// It ends within 14 days.
        case ending
        /// It has ended.
        case ended
        /// It is suspended until it is released.
        case suspended
        /// What limits it cannot be read: logins with it are answered 503.
        case limits
        /// Nothing limits it.
        case unlimited

        /// Whether the row is of no use, or not of that which was meant, by a fault.
        package var isFault: Bool {
            switch self {
            case .unreachable, .spelling, .hash, .date, .limits: true
            case .unused, .idle, .ending, .ended, .suspended, .unlimited: false
            }
        }
    }

    /// The kind.
    package var kind: Kind
    /// In words; holds nothing of the hash.
    package var detail: String

    /// What there is to say of a row, in words that hold nothing of its hash.
    package init(_ kind: Kind, _ detail: String) { (self.kind, self.detail) = (kind, detail) }
}

extension AppPasswordRow {
    /// What there is to say of the row; of a revoked one only that its times are none.
    ///
    /// - Parameters:
    ///   - account: What the directory says of its name; nil without a directory.
    ///   - hashTrouble: Why no password can match its hash; nil if one can.
    ///   - now: The time, where the row does not know the database's.
    package func findings(account: AccountAnswer?, hashTrouble: String?, at now: Timestamp) -> [AppPasswordFinding] {
        var findings: [AppPasswordFinding] = []
        if !password.isDeleted {
            if let finding = nameFinding(account) { findings.append(finding) }
            if let hashTrouble { findings.append(AppPasswordFinding(.hash, hashTrouble)) }
        }
        if created == .unreadable { findings.append(AppPasswordFinding(.date, "created is no time")) }
        if deleted == .unreadable {
            findings.append(AppPasswordFinding(.date, "deleted is no time: the password counts as revoked"))
        }
        if !password.isDeleted, !isUsed {
            var since = ""
            if case .time(let time) = created { since = " since \(time)" }
            findings.append(AppPasswordFinding(.unused, "never used\(since)"))
        }
        if !password.isDeleted { findings += timeFindings(password.limits?.now ?? now) }
        return findings
    }

    private func timeFindings(_ now: Timestamp) -> [AppPasswordFinding] {
        var findings: [AppPasswordFinding] = []
        let day: Int64 = 86_400_000
        if case .time(let last) = lastUse, now.milliseconds - last.milliseconds >= 90 * day {
            findings.append(AppPasswordFinding(.idle, "not used since \(last)"))
        }
        let limits: Limits
        do throws(LimitsError) {
            limits = try password.limits?.read() ?? Limits()
        } catch {
            return findings + [AppPasswordFinding(.limits, "\(error.description), so logins are answered 503")]
        }
        if limits.isEmpty {
            findings.append(AppPasswordFinding(.unlimited, "good for everything, everywhere and for ever"))
        }
        if let since = limits.suspended {
            findings.append(AppPasswordFinding(.suspended, "suspended since \(since)"))
        }
        let times = LimitTimes(now: now, lastUse: password.limits?.lastUse, created: password.created)
        if let end = limits.end(times) {
            if end <= now {
                findings.append(AppPasswordFinding(.ended, "has ended \(end)"))
            } else if end.milliseconds - now.milliseconds <= 14 * day {
                findings.append(AppPasswordFinding(.ending, "ends \(end)"))
            }
        }
        return findings
    }

    private func nameFinding(_ account: AccountAnswer?) -> AppPasswordFinding? {
        let uid = password.uid
        guard uid.isPlausibleLogin else {
            return AppPasswordFinding(
                .unreachable, "a name that is empty, or has control characters or outer blanks, never logs in")
        }
        switch account {
        case .notFound: return AppPasswordFinding(.unreachable, "the directory has no such account")
        case .ambiguous: return AppPasswordFinding(.unreachable, "the directory has several accounts of this name")
        case .found(let account) where !account.uid.utf8.elementsEqual(uid.utf8):
            return AppPasswordFinding(
                .spelling, "the directory spells it \(account.uid.visible()): other logins do not reach this row")
        case .found: return nil
        case nil where uid.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }:
            return AppPasswordFinding(
                .spelling,
                "only logins in these capitals reach it; Dovecot makes names lower case (auth_username_format)")
        case nil: return nil
        }
    }
}
