import AuditCore
import Replay

extension Blast {
    /// `12 of 40 users with a login in the last 7 days are newly refused`.
    var summary: String {
        "\(users) of \(knownUsers) users with a login in the last 7 days \(users == 1 ? "is" : "are") newly refused"
    }

    /// `lists/network_cc.deny.lst:12: newly refuses 8 users`, the worst first; where lists share a file, with the list.
    var worstLines: [String] {
        lines.prefix(Self.shownLines).map { line in
            let isShared = lines.contains { $0.rule == line.rule && $0.list != line.list }
            let list = isShared ? line.list.map { " (\($0))" } ?? "" : ""
            return "\(line.rule)\(list): newly refuses \(line.users) \(line.users == 1 ? "user" : "users")"
        }
    }

    /// Why a reload is refused, and what to do if it is meant.
    ///
    /// - Parameter force: The file that forces it.
    func problems(_ radius: BlastRadius, force: String) -> [String] {
        [
            """
            audit.blast_radius: \(summary), more than \(radius); if that is meant: POST /reload?force=1, or make the file \
            \(force) and send SIGHUP
            """
        ] + worstLines
    }
}
