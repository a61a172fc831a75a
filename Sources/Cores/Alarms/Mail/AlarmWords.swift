package import AuditCore

/// What a mail says of alarms.
package struct AlarmWords: Sendable {
    /// Who reads it.
    package enum Reader: Sendable {
        /// The administrator.
        case administrator
        /// Whose app password it is.
        case user
    }

    private let alarm: AlarmRecord
    private let comment: String?

    /// Words for an alarm.
    ///
    /// - Parameter comment: What its owner called the app password.
    package init(_ alarm: AlarmRecord, comment: String?) {
        (self.alarm, self.comment) = (alarm, comment?.visible(limit: 100))
    }

    private var user: String { alarm.user.visible(limit: 100) }

    /// `alice: app password used in a new country (FR)`.
    package var subject: String {
        let detail: String? =
            switch alarm.kind {
            case .newCountry: alarm.place.country
            case .newAS: alarm.place.asNumber.map { "AS\($0)" }
            case .revokedTried, .passwordInTwoPlaces, .accountFromMany: nil
            }
        return "\(user): \(alarm.kind.words)" + (detail.map { " (\($0))" } ?? "")
    }

    /// The whole of it: what came of the login, which password, where, where before, whose network, what to do.
    package func text(for reader: Reader) -> String {
        var lines = [lead(reader), ""]
        func add(_ name: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            lines.append(name + String(repeating: " ", count: 12 - name.count) + value)
        }
        add("Login", alarm.isAllowed ? "successful" : "tried, and refused: the app password is revoked")
        add("User", user)
        add("Password", password)
        add("Service", alarm.service.visible(limit: 40))
        add("When", Self.time(alarm.time))
        add("Where", Self.place(alarm.place))
        add("Network", Self.network(alarm.place))
        if let before = alarm.before {
            add("Before", "\(Self.time(before.time)), \(Self.place(before))")
            add("", Self.network(before))
        }
        add("Why", alarm.reason.visible(limit: 300))
        add("Alarm", "\(alarm.id) (\(alarm.kind.rawValue))")
        return (lines + [""] + whatToDo(reader)).joined(separator: "\n") + "\n"
    }

    /// One line of a digest.
    package var line: String {
        "\(Self.time(alarm.time))  \(alarm.kind.words): \(alarm.passwordID.map { "app password \($0), " } ?? "")"
            + Self.place(alarm.place) + (alarm.isAllowed ? "" : ", refused")
            + (alarm.action == .suspend ? ", SUSPENDED" : "") + "  [\(alarm.id)]"
    }

    private func lead(_ reader: Reader) -> String {
        let whose = reader == .user ? "your account \(user)" : user
        switch alarm.kind {
        case .revokedTried: return "A revoked app password of \(whose) was tried. Nobody was let in."
        case .passwordInTwoPlaces: return "An app password of \(whose) was used in two places at once."
        case .newCountry: return "An app password of \(whose) was used in a country where it had not been used before."
        case .newAS:
            return "An app password of \(whose) was used through a provider that it had not been used through before."
        case .accountFromMany:
            return "Somebody logged in as \(whose) from many networks at once, each time with success."
        }
    }

    private var password: String? {
        alarm.passwordID.map { id in "\(id)" + (comment.map { $0.isEmpty ? "" : " (\($0))" } ?? "") }
    }

    private func whatToDo(_ reader: Reader) -> [String] {
        var lines: [String] = []
        if alarm.action == .suspend {
            lines.append("The app password has been suspended: nobody can log in with it.")
            if let id = alarm.passwordID, reader == .administrator {
                lines += ["If all is well, release it:", "", "    web-auth-server app-password release \(id)", ""]
            } else {
                lines += ["If it was you, ask your administrator to release it.", ""]
            }
        }
        switch (reader, alarm.kind) {
        case (.user, .revokedTried):
            lines.append("If a device or program of yours still has this app password, remove it there.")
            lines.append("If none has, somebody else knew it; it is worth nothing to him any more.")
        case (.user, _):
            lines.append("If this was not you, revoke the app password in the webmail's settings (App Passwords),")
            lines.append("and tell your administrator, who finds the alarm by its name \(alarm.id).")
        case (.administrator, .revokedTried):
            lines.append("A forgotten client, or whoever stole it: the address says which. There is nothing to revoke.")
        case (.administrator, _):
            guard let id = alarm.passwordID else {
                lines.append(
                    "It was no app password that was used: change the account's own password if this was not the user.")
                break
            }
            lines += [
                "If this was not the user, revoke the app password:", "",
                "    web-auth-server app-password revoke \(id)",
            ]
        }
        return lines
    }

    private static func time(_ time: Timestamp) -> String {
        time.sqlText.prefix(19) + " UTC"
    }

    private static func place(_ place: AlarmRecord.Place) -> String {
        let country = place.country.map { " (\($0))" } ?? ""
        let name = place.name.map { ", \($0.visible(limit: 100))" } ?? ""
        return (place.address?.description ?? "a local socket") + name + country
    }

    private static func network(_ place: AlarmRecord.Place) -> String? {
        let parts = [place.asNumber.map { "AS\($0)" }, place.asName?.visible(limit: 100)].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
