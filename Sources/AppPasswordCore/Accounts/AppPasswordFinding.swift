internal import AuditCore

/// Something about a row of `app_passwords` that keeps it from being of use, or makes one wonder.
public struct AppPasswordFinding: Sendable, Equatable {
    /// What kind of thing it is.
    public enum Kind: String, Sendable, CaseIterable {
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
    }

    /// The kind.
    public var kind: Kind
    /// In words; holds nothing of the hash.
    public var detail: String

    /// What there is to say of a row, in words that hold nothing of its hash.
    public init(_ kind: Kind, _ detail: String) { (self.kind, self.detail) = (kind, detail) }
}

extension AppPasswordRow {
    /// What there is to say of the row; of a revoked one only that its times are none.
    ///
    /// - Parameters:
    ///   - account: What the directory says of its name; nil without a directory.
    ///   - hashTrouble: Why no password can match its hash; nil if one can.
    public func findings(account: AccountAnswer?, hashTrouble: String?) -> [AppPasswordFinding] {
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
