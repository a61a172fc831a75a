package import Alarms
package import AppPasswordCore
package import AuditCore

extension Settings {
    /// `[alarms]`: what is odd about logins, and who is told.
    package struct Alarms: Sendable, Equatable {
        /// What follows from each kind of alarm; ``AuditCore/AlarmAction/notify``.
        package var actions = Dictionary(uniqueKeysWithValues: AlarmKind.allCases.map { ($0, AlarmAction.notify) })
        /// Networks whose logins raise no alarm and teach nothing; none.
        package var quietNetworks: [IPPrefix] = []
        /// An AS that so many other users come through is news to nobody; 5. 0: each is.
        package var commonAS = 5
        /// A URL that each alarm is posted to; nil: none is.
        package var webhook: Secret?
        /// Mail addresses that alarms are sent to; none.
        package var mailTo: [MailAddress] = []
        /// Where these mails come from; nil: sendmail decides.
        package var mailFrom: MailAddress?
        /// The attribute of an account in the directory with another address of its user; nil: users get no mail.
        package var notifyAttribute: String?
        /// The program that sends mails; `/usr/sbin/sendmail`.
        package var sendmail = "/usr/sbin/sendmail"

        /// The defaults: all kinds are written down, and nobody is told.
        package init() {}

        init(reading table: TableReader, hasDirectory: Bool) {
            for kind in AlarmKind.allCases {
                // What is revoked cannot be suspended.
                let choices = AlarmAction.allCases.filter { kind != .revokedTried || $0 != .suspend }
                let spellings = choices.map(\.rawValue).joined(separator: ", ")
                actions[kind] = table.parsed(
                    kind.rawValue, default: AlarmAction.notify, wants: "one of \(spellings)"
                ) { text in
                    choices.first { $0.rawValue == text }
                }
            }
            quietNetworks = table.networks("quiet_networks")
            commonAS = table.integer("common_as", default: commonAS, in: 0...16)
            webhook = Self.webhook(table)
            mailTo = table.elements("mail_to", wants: "a mail address") { MailAddress($0) }
            mailFrom = table.parsed("mail_from", default: nil, wants: "a mail address") { text in
                text.isEmpty ? .some(nil) : MailAddress(text).map { .some($0) }
            }
            notifyAttribute = table.parsed("notify_attribute", default: nil, wants: "the name of an attribute") {
                text in
                text.isEmpty ? .some(nil) : Self.attribute(text).map { .some($0) }
            }
            if notifyAttribute != nil, !hasDirectory {
                table.problem("notify_attribute", "needs a directory, and there is no [ldap] table")
            }
            sendmail = table.parsed("sendmail", default: sendmail, wants: "the full path of a program") {
                $0.hasPrefix("/") && !$0.contains("\0") ? $0 : nil
            }
            table.finish()
        }

        private static func webhook(_ table: TableReader) -> Secret? {
            guard let url = table.secret("webhook", hasFile: false) else { return nil }
            let text = url.revealed
            guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let scheme = text.firstRange(of: "://"),
                ["http", "https"].contains(text[..<scheme.lowerBound].lowercased()),
                let host = Self.host(of: text[scheme.upperBound...])
            else {
                // The URL may hold a secret, and is not shown.
                table.problem("webhook", "must be a URL that begins with https:// or http://")
                return nil
            }
            guard !text[scheme.upperBound...].prefix(while: { !"/?#".contains($0) }).contains("@") else {
                table.problem(
                    "webhook",
                    "must not hold a user name or password before the host: put a secret into the path or query")
                return nil
            }
            if text.lowercased().hasPrefix("http://"),
                let note = PlainTraffic.note(to: host, risk: "reads who logs in from where", remedy: "write https://")
            {
                table.warning("webhook", note)
            }
            return url
        }

        private static func host(of rest: Substring) -> String? {
            let authority = rest.prefix { !"/?#".contains($0) }
            let host =
                authority.hasPrefix("[")
                ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
            return host.isEmpty ? nil : String(host)
        }

        /// A short name of RFC 4512: letters, digits and `-`.
        private static func attribute(_ text: String) -> String? {
            let isName =
                (1...64).contains(text.utf8.count) && text.first?.isASCII == true && text.first?.isLetter == true
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
                    default: false
                    }
                }
            return isName ? text : nil
        }
    }
}
