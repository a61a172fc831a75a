internal import AuditCore
internal import Foundation

/// Reads lists from a directory: `network_cc.deny.lst` and so on, as they are called in an archive.
package enum ListDirectory {
    /// Reads every list of a directory.
    ///
    /// What does not end with `.lst`, or begins with a dot, is none; what does and is no list's name is a mistake.
    ///
    /// - Throws: ``ListSourceError``: `unavailable` if something cannot be read or was changed meanwhile; `malformed` if a name is
    ///   none of a list, if there is no list, or if they are larger than an archive may be.
    package static func read(_ path: String) throws(ListSourceError) -> ListSet {
        let before = try state(path)
        var (files, unknown, size) = ([ListSet.File](), [String](), 0)
        for name in before.keys.sorted() {
            guard let list = ListKey(fileName: name) else {
                unknown.append(
                    "\(path.visible())/\(name.visible()) is the name of no list, as network_cc.deny.lst would be")
                continue
            }
            let bytes = try BoundedFile.read("\(path)/\(name)", limit: ListArchive.maximumSize - size)
            size += bytes.count
            files.append(ListSet.File(list, bytes))
        }
        guard unknown.isEmpty else { throw ListSourceError(.malformed, unknown) }
        guard !files.isEmpty else { throw ListSourceError(.malformed, "\(path.visible()) holds no list") }
        guard try state(path) == before else {
            throw ListSourceError(.unavailable, "\(path.visible()) was changed while it was read")
        }
        return ListSet(files)
    }

    /// The files that are meant to be lists, each with what changes when it does.
    private static func state(_ path: String) throws(ListSourceError) -> [String: String] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw ListSourceError(.unavailable, "\(path.visible()) is no directory that can be read")
        }
        var state: [String: String] = [:]
        for name in names where name.hasSuffix(".lst") && !name.hasPrefix(".") {
            var status = stat()
            guard unsafe stat("\(path)/\(name)", &status) == 0 else {
                throw ListSourceError(.unavailable, "\(path.visible())/\(name.visible()) cannot be read")
            }
            state[name] =
                "\(status.st_dev) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
        }
        return state
    }
}
