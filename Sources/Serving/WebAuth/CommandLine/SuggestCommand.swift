import ArgumentParser
import AuditCore
import Foundation
import Replay
import Report
import Settings

/// `suggest`: lines that meet bad logins and nobody else's.
struct SuggestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest", abstract: "Suggest lines for deny lists that meet bad logins and nobody else's.",
        discussion: """
            Bad are the logins of accounts, of app passwords, from networks, or that met a list that only watches; everybody \
            else's logins must not be met. Reads the records twice.

            Example: web-auth-server suggest --bad 'honey-*' --since 90d
            """)

    @Option(parsing: .upToNextOption, help: "Accounts whose logins are bad; * stands for anything: 'honey-*'.")
    var bad: [String] = []
    @Option(parsing: .upToNextOption, help: "Numbers of app passwords whose logins are bad.")
    var badPassword: [Int] = []
    @Option(parsing: .upToNextOption, help: "Addresses or networks whose logins are bad.")
    var badIp: [String] = []
    @Flag(help: "Logins that met a list that only watches are bad.")
    var wouldDeny = false
    @Option(parsing: .upToNextOption, help: "Accounts that no line may meet, whatever else is said of them.")
    var spare: [String] = []
    @Option(help: "How many other users all lines together may meet.")
    var allowCollateral = 0
    @Option(help: "The settings in force, for audit.regex_match and audit.honeypots; else as every verb finds them.")
    var config: String?
    @OptionGroup var records: RecordsOptions
    @Option(help: "From when on: 90d, 2026-11-23, …; all: from the first record.")
    var since = "90d"
    @Option(help: "Until when; now, unless told otherwise.")
    var until: String?

    func validate() throws {
        if bad.isEmpty, badPassword.isEmpty, badIp.isEmpty, !wouldDeny {
            throw ValidationError("say which logins are bad: --bad, --bad-password, --bad-ip or --would-deny")
        }
        for path in records.jsonl
        where path == "-" || FileStatus(path).map({ !$0.isRegular && !$0.isDirectory }) ?? false {
            throw ValidationError("--jsonl \(path): the records are read twice, which needs a file")
        }
        if allowCollateral < 0 { throw ValidationError("--allow-collateral: a number of users is expected") }
        for text in badIp where IPPrefix(text) == nil {
            throw ValidationError("--bad-ip: \(text) is no address and no network")
        }
    }

    func run() throws {
        let now = Timestamp.now
        let until = try self.until.map { try RecordsOptions.time($0, "--until", before: now) } ?? now
        let since = since == "all" ? nil : try RecordsOptions.time(since, "--since", before: now)
        guard since.map({ $0 < until }) ?? true else { throw ValidationError("--since is not before --until") }
        var logins = BadLogins(users: bad.map(NamePattern.init))
        logins.passwords = Set(badPassword)
        logins.networks = badIp.compactMap { IPPrefix($0) }
        logins.wouldDeny = wouldDeny
        logins.spared = spare.map(NamePattern.init)
        let audit = try SettingsLocation(config: config).load().settings.audit
        logins.honeypots = audit.honeypots
        var configuration = Suggester.Configuration(bad: logins, since: since, until: until)
        configuration.collateral = allowCollateral
        configuration.matching = audit.patternMatching
        let progress = ProgressLine()
        let suggestions: Suggestions
        do {
            defer { progress.clear() }
            suggestions = try Suggester.run(
                configuration, over: { try records.open(since: since, until: until, hasFacts: true) }
            ) { progress.show("\($0) records read, of twice as many as there are") }
        } catch let error as ReportError {
            throw SetupFailure([error.description], exitCode: .unavailable)
        }
        print(suggestions.text, terminator: "")
    }
}
