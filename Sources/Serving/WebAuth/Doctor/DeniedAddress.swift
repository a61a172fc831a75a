import AuditCore
import Foundation
import Settings

/// An address whose logins the list of networks denies, for trying it.
enum DeniedAddress {
    /// More lines are not tried.
    private static let mostLines = 1000

    /// Finds one; nil without such a list, and where nothing is denied.
    static func find(_ settings: Settings, service: String, user: String) -> IPAddress? {
        guard let path = settings.audit.lists[.ipNetworks],
            let data = FileManager.default.contents(atPath: path.resolved),
            let policy = try? LoadedPolicy(settings, sources: FactSources(), onLimit: { _ in })
        else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        let candidates = lines.lazy.compactMap { line -> IPAddress? in
            let word = line.prefix { !$0.isWhitespace }
            return IPPrefix(String(word))?.address ?? IPAddress(String(word))
        }
        for address in candidates.prefix(mostLines) {
            let attempt = LoginAttempt(login: user, service: service, address: address, time: .now)
            let facts = Facts(
                address: address, localNetworks: policy.auditor.localNetworks,
                localLocationName: settings.audit.localLocationName)
            if case .deny = policy.auditor.policy.judge(attempt, facts: facts).verdict { return address }
        }
        return nil
    }
}
