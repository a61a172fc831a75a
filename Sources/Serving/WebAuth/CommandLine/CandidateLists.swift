import AuditCore
import Foundation
import ListSource
import Settings

/// Lists that are tried out, from settings or from a directory.
enum CandidateLists {
    /// The policy of settings; nobody is asked about anything.
    ///
    /// - Parameter areBadLinesFaults: Whether bad lines are refused, as a reload would; else they are left out, as at start.
    static func policy(_ settings: Settings, areBadLinesFaults: Bool) throws(SetupFailure) -> Policy {
        let loaded = try LoadedPolicy(settings, sources: FactSources()) { problem in
            standardError("a pattern was given up at its match limit: \(problem)")
        }
        guard loaded.problems.isEmpty || !areBadLinesFaults else {
            throw SetupFailure(loaded.problems, exitCode: .configuration)
        }
        return loaded.auditor.policy
    }

    /// Has settings name the lists of a directory, in place of their own of the same kind.
    ///
    /// - Throws: ``SetupFailure`` if there are none.
    static func use(_ directory: String, in settings: inout Settings) throws(SetupFailure) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var count = 0
        for kind in DenyListKind.allCases where names.contains(kind.fileName) {
            let path = URL(fileURLWithPath: directory).appendingPathComponent(kind.fileName).path
            settings.audit.lists[kind] = SettingsPath(
                written: (directory.hasSuffix("/") ? directory : directory + "/") + kind.fileName, resolved: path)
            count += 1
        }
        guard count == 0 else { return }
        let expected = DenyListKind.allCases.map(\.fileName).joined(separator: ", ")
        throw SetupFailure(["\(directory): has none of \(expected)"], exitCode: .configuration)
    }
}

extension DenyListKind {
    /// As the file is called that is shipped: `network_cc.deny.lst`.
    var fileName: String { ListKey(self).fileName }
}
