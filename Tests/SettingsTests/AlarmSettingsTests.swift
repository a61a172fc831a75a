import Alarms
import AppPasswordCore
import AuditCore
@testable import Settings
import Testing

struct AlarmSettingsTests {
    private func read(_ text: String) throws(SettingsProblems) -> Settings {
        try Settings.parse(
            Array(text.utf8), file: "config.toml", baseDirectory: "/etc/x",
            in: SettingsEnvironment(isFile: { _ in true }, contents: { _ throws(UnreadableFile) in [] })
        ).settings
    }

    private func problems(_ text: String) -> [String] {
        do throws(SettingsProblems) {
            _ = try read(text)
            return []
        } catch {
            return error.problems.map { "\($0.key): \($0.message)" }
        }
    }

    @Test func `alarms are written down, and nobody is told`() throws {
        let alarms = try read("").alarms
        #expect(alarms.actions == Dictionary(uniqueKeysWithValues: AlarmKind.allCases.map { ($0, .notify) }))
        #expect(alarms.webhook == nil && alarms.mailTo.isEmpty && alarms.notifyAttribute == nil)
    }

    @Test func `everything can be set`() throws {
        let alarms = try read(
            """
            [ldap]
            basedn = "dc=example,dc=org"
            uri = "ldapi://%2frun%2fldapi"
            [alarms]
            revoked_tried = "none"
            password_in_two_places = "suspend"
            quiet_networks = ["192.0.2.1", "2001:db8::/32"]
            common_as = 0
            webhook = "https://[2001:db8::1]:8443/x?token=abc"
            mail_to = ["a@example.org", "b@example.org"]
            mail_from = "c@example.org"
            notify_attribute = "mailForwardingAddress"
            sendmail = "/usr/bin/msmtp"
            """
        ).alarms
        #expect(alarms.actions[.revokedTried] == AlarmAction.none && alarms.actions[.passwordInTwoPlaces] == .suspend)
        #expect(
            alarms.quietNetworks.count == 2 && alarms.commonAS == 0
                && alarms.mailTo.map(\.description) == ["a@example.org", "b@example.org"])
        #expect(alarms.mailFrom?.description == "c@example.org" && alarms.notifyAttribute == "mailForwardingAddress")
        #expect(alarms.webhook?.revealed.hasSuffix("token=abc") == true && !"\(alarms)".contains("abc"))
    }

    @Test(arguments: [
        (#"revoked_tried = "suspend""#, "alarms.revoked_tried"), (#"new_as = "mail""#, "alarms.new_as"),
        (#"webhook = "example.org/x""#, "alarms.webhook"), (#"webhook = "ftp://example.org/s3cret""#, "alarms.webhook"),
        (#"webhook = "https://user:s3cret@example.org/""#, "alarms.webhook"),
        (#"webhook = "https:///s3cret""#, "alarms.webhook"), (#"webhook = "https://a b/s3cret""#, "alarms.webhook"),
        (#"mail_to = ["a@example.org\nBcc: b@example.org"]"#, "alarms.mail_to"),
        (#"mail_to = ["a, b@c"]"#, "alarms.mail_to"),
        (#"mail_from = "nobody""#, "alarms.mail_from"), (#"notify_attribute = "mail""#, "alarms.notify_attribute"),
        (#"notify_attribute = "a)(b""#, "alarms.notify_attribute"), (#"sendmail = "sendmail""#, "alarms.sendmail"),
        ("common_as = 17", "alarms.common_as"), (#"quiet_networks = ["x"]"#, "alarms.quiet_networks"),
    ])
    func `what cannot be meant is a problem`(line: String, key: String) {
        let found = problems("[alarms]\n\(line)\n")
        #expect(found.count == 1 && found[0].hasPrefix(key) && !found[0].contains("s3cret"), "\(found)")
    }
}
