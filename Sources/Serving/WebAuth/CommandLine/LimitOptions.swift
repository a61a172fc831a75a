import AppPasswordCore
import ArgumentParser
import AuditCore
import Foundation
import Settings

/// What an app password may be limited to, as options of the verbs that do.
struct LimitOptions: ParsableArguments {
    @Option(
        help: "The services it is for, as Dovecot names them: imap,smtp. Of this and what follows \"none\" is no limit."
    )
    var services: String?
    @Option(help: "The networks it is taken from: 192.0.2.0/24,2001:db8::/32.")
    var networks: String?
    @Option(help: "The countries it is taken from: DE,AT.")
    var countries: String?
    @Option(name: .customLong("as"), help: "The AS numbers it is taken from: AS3320,AS3209.")
    var asNumbers: String?
    @Option(help: "From when on it is taken: 2026-12-01 (UTC), 2026-12-01T08:00:00+01:00, or 7d from now.")
    var notBefore: String?
    @Option(help: "From when on it is no longer taken: as --not-before, 90d.")
    var expires: String?
    @Option(help: "After how long without a login it is no longer taken, in whole days: 60d.")
    var unused: String?
    @Option(help: "What its first login fixes: country, asn or network.")
    var bind: String?
    @Option(help: "Why, for people.")
    var note: String?
    @Option(help: "The limits of a [[auth.templates]] of the settings; options given besides take their place.")
    var template: String?

    /// Whether any is given.
    var isGiven: Bool {
        [services, networks, countries, asNumbers, notBefore, expires, unused, bind, note, template].contains {
            $0 != nil
        }
    }

    /// What comes of limits when these options are given.
    ///
    /// - Throws: `ValidationError` naming the option that cannot be read.
    func applied(to old: Limits, _ settings: Settings, at now: Timestamp) throws -> Limits {
        var limits = old
        if let template {
            guard let found = settings.auth.templates.first(where: { $0.name == template }) else {
                let names = settings.auth.templates.map(\.name).joined(separator: ", ")
                throw ValidationError(
                    "there is no template \(template) in auth.templates\(names.isEmpty ? "" : "; there are: \(names)")")
            }
            limits = found.limits
            limits.expires = found.expires.map { now.advanced(by: $0) }
            if limits.binding == old.binding { limits.bound = old.bound }
            limits.note = old.note
        }
        var columns = StoredLimits.columns(of: limits)
        for (column, (name, text)) in [
            ("services", services), ("networks", networks), ("countries", countries), ("as", asNumbers),
            ("not-before", try Self.time(notBefore, "not-before", now)),
            ("expires", try Self.time(expires, "expires", now)),
            ("unused", try Self.days(unused)), ("bind", bind),
        ].enumerated() {
            guard let text else { continue }
            columns[column] = text == "none" ? nil : text
            if column == 7, text != limits.binding?.rawValue { columns[8] = nil }
            let isReadable = (try? StoredLimits(columns: columns, now: nil, lastUse: nil).read()) != nil
            guard isReadable else { throw ValidationError("--\(name): \(text.visible()) cannot be read") }
        }
        if let note { columns[9] = note == "none" ? nil : note }
        columns[10] = Self.caller
        columns[11] = now.sqlText
        let new = try StoredLimits(columns: columns, now: nil, lastUse: nil).read()
        if new.isEmpty, let note, note != "none" {
            throw ValidationError("--note: there is no limit that anything could be noted of")
        }
        return new
    }

    private static func time(_ text: String?, _ name: String, _ now: Timestamp) throws -> String? {
        guard let text, text != "none" else { return text }
        if let duration = Duration(quantity: text) { return now.advanced(by: duration).sqlText }
        guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + " 00:00:00"), time.milliseconds > 0
        else {
            throw ValidationError(
                "--\(name): \(text.visible()) is no time: write 2026-12-01, 2026-12-01T08:00:00Z or 90d")
        }
        return time.sqlText
    }

    private static func days(_ text: String?) throws -> String? {
        guard let text, text != "none", Int(text) == nil else { return text }
        guard let seconds = Duration(quantity: text)?.components.seconds, seconds > 0, seconds % 86_400 == 0 else {
            throw ValidationError("--unused: \(text.visible()) is no number of days: write 60d")
        }
        return "\(seconds / 86_400)"
    }

    /// Who runs the verb.
    private static var caller: String {
        let environment = ProcessInfo.processInfo.environment
        return environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())"
    }
}
