import AuditCore
import Foundation
import ListSource
import Settings

/// What lists are made of: the files that `[audit.lists]` names, and for those that it does not name a source's.
struct ListInputs: Sendable {
    /// The files that settings name.
    private let named: [ListKey: DenyListFile]
    /// What a source has; nil: there is no source, or nothing of it yet.
    let set: ListSet?
    /// Files that cannot be read.
    let unreadable: [String]
    /// Lists of the source that cannot be used as things are.
    private(set) var problems: [String] = []
    /// What an administrator should know.
    private(set) var notes: [String] = []

    /// Reads the files that settings name.
    init(_ settings: Settings, _ set: ListSet?) {
        var named: [ListKey: DenyListFile] = [:]
        var unreadable: [String] = []
        for (list, path) in settings.audit.lists.all {
            if let data = FileManager.default.contents(atPath: path.resolved) {
                named[list] = DenyListFile(name: path.written, bytes: Array(data))
            } else {
                unreadable.append(path.problem("cannot be read"))
            }
        }
        self.init(settings, named, set, unreadable)
    }

    private init(
        _ settings: Settings, _ named: [ListKey: DenyListFile], _ set: ListSet?, _ unreadable: [String]
    ) {
        (self.named, self.set, self.unreadable) = (named, set, unreadable)
        for file in set?.files ?? [] {
            if let path = settings.audit.lists[file.list.kind, file.list.effect] {
                notes.append("lists.source has \(file.list) as well; audit.lists names \(path.written), which is used")
            } else if file.list.kind.facts == [.geo], settings.audit.maxMind.city == nil {
                problems.append("\(Self.name(file.list)):1:1: this list needs audit.maxmind.city, which is not set")
            }
        }
    }

    /// The same files, as they were read, with what a source has now.
    func with(_ set: ListSet, _ settings: Settings) -> ListInputs { ListInputs(settings, named, set, unreadable) }

    /// The files of the lists that have an effect.
    func files(_ effect: ListEffect) -> [DenyListKind: DenyListFile] {
        var files: [DenyListKind: DenyListFile] = [:]
        for file in set?.files ?? [] where file.list.effect == effect {
            files[file.list.kind] = DenyListFile(name: Self.name(file.list), bytes: file.bytes)
        }
        for (list, file) in named where list.effect == effect { files[list.kind] = file }
        return files
    }

    /// SHA-256 over all of them and their names: the same where the same lists are in force, wherever they come from.
    var digest: String {
        ListSet.digest(
            ListEffect.allCases.flatMap { effect in
                files(effect).map { ListSet.File(ListKey($0.key, effect), $0.value.bytes) }
            })
    }

    /// How a list of the source is named in problems and records.
    private static func name(_ list: ListKey) -> String { "\(prefix)\(list.fileName)" }

    private static let prefix = "source/"

    /// Whether a problem is one of a list of the source.
    static func isOfSource(_ problem: String) -> Bool { problem.hasPrefix(prefix) }
}

extension Settings {
    /// What the last look at the source has left in the state directory; nil without a source, and if that cannot be used now.
    var keptLists: ListSet? {
        guard let configuration = ListSource.Configuration(self) else { return nil }
        return try? KeptLists.read(in: server.stateDirectory, trusting: ListSource.trusted(configuration))
    }
}
