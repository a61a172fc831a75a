package import AuditCore
internal import Report

/// Lines that meet bad logins, and what no line can tell from other people's logins.
package struct Suggestions: Sendable {
    /// A line of a list.
    package struct Line: Sendable, Equatable {
        /// Which list it is for.
        package var list: DenyListKind
        /// The line itself.
        package var text: String
        /// How many bad logins it meets.
        package var logins: Int
        /// Whose these are.
        package var accounts: [String]
        /// Who else would be met; nobody, unless collateral is allowed.
        package var alsoMeets: [String]
        /// How many others have logins of which the records lack what the line is compared with.
        package var unknown: Int
        /// When the first of these logins was.
        package var firstSeen: Timestamp
    }

    /// Bad logins that no line meets without meeting somebody else.
    package struct Inseparable: Sendable {
        /// Where they came from; nil for a login over a local socket.
        package var address: String?
        /// How many they are.
        package var logins: Int
        /// Whose they are.
        package var accounts: [String]
        /// Whether the address is private, so that no list denies it.
        package var isPrivate: Bool
        /// The line that would meet the fewest others, and these.
        package var nearest: (list: DenyListKind, line: String, users: [String])?
    }

    /// The lines, in the order of the lists.
    package var lines: [Line]
    /// What is left.
    package var inseparable: [Inseparable]
    /// How many bad logins there were.
    package var logins: Int
    /// How many others had logins that no line may meet.
    package var users: Int
    /// What the reader should know, a sentence each.
    package var notes: [String]

    /// Lines of lists, ready to be pasted; everything else is a comment in them. With a final newline.
    package var text: String {
        var text: [String] = []
        if logins == 0 { text.append("# no bad logins in the records") }
        var list: DenyListKind?
        for line in lines {
            if line.list != list {
                if list != nil { text.append("") }
                text.append("# for the list \(line.list.rawValue)")
                list = line.list
            }
            text.append("# " + description(line))
            text.append(line.text)
        }
        if !inseparable.isEmpty {
            if !text.isEmpty { text.append("") }
            text.append("# cannot be told from other logins:")
            text += inseparable.prefix(100).map { "# " + Self.description($0) }
            if inseparable.count > 100 { text.append("# and \((inseparable.count - 100).grouped) more addresses") }
        }
        for note in notes { text.append("# note: \(note.visible(limit: 500))") }
        return text.joined(separator: "\n") + "\n"
    }

    /// `covers 41 of 41 logins of honey-sugar, 0 of 8,312 users, first seen 2026-09-01`.
    private func description(_ line: Line) -> String {
        let others = line.alsoMeets.isEmpty ? "" : " (\(Self.names(line.alsoMeets)))"
        let unknown =
            switch line.unknown {
            case 0: ""
            case 1: "; 1 user has logins without that fact on record"
            default: "; \(line.unknown.grouped) users have logins without that fact on record"
            }
        return "covers \(line.logins.grouped) of \(logins.grouped) logins of \(Self.names(line.accounts)), "
            + "\(line.alsoMeets.count.grouped) of \(users.grouped) users\(others), "
            + "first seen \(line.firstSeen.description.prefix(10))\(unknown)"
    }

    private static func description(_ rest: Inseparable) -> String {
        let logins = rest.logins == 1 ? "1 login" : "\(rest.logins.grouped) logins"
        let who = "\(rest.address?.visible() ?? "this machine"), \(logins) of \(names(rest.accounts)): "
        guard !rest.isPrivate else { return who + "a private address, which no list denies" }
        guard let nearest = rest.nearest else { return who + "nothing is known that a line could name" }
        return who + "\(nearest.list.rawValue) \(nearest.line.visible()) would also meet "
            + "\(nearest.users.count.grouped) \(nearest.users.count == 1 ? "user" : "users"): \(names(nearest.users))"
    }

    /// The first few names, harmless in a comment.
    private static func names(_ names: [String]) -> String {
        let shown = names.prefix(5).map { $0.auditEscaped(for: .name) }.joined(separator: ", ")
        return names.count > 5 ? shown + " and \((names.count - 5).grouped) more" : shown
    }
}
