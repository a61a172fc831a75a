internal import AuditCore
internal import Yams

/// What an administrator knows of networks, so that a report can tell the usual from the rest.
///
/// Written in YAML, with the names that the old program's script had for them:
///
///     KNOWN_GOOD_ASNS: [AS680, AS3320]
///     KNOWN_DNS_SUFF: [mpg.de, dip0.t-ipconnect.de]
///     AS_COMMENTS: {AS60068: Commercial VPN}
///
/// `AS_COMMENTS` may as well be a list of such mappings.
package struct ReportKnowledge: Sendable, Equatable {
    /// How long a file may be, in bytes.
    package static let lengthLimit = 1 << 20

    /// Networks that are as usual: `AS680`.
    package private(set) var knownSystems: Set<String> = []
    /// Ends of PTR names that are as usual, in lower case, without a first dot: `mpg.de` is also `a.mpg.de`, not
    /// `xmpg.de`.
    package private(set) var knownSuffixes: Set<String> = []
    /// What a report says of a network.
    package private(set) var comments: [String: String] = [:]
    /// Keys that mean nothing here.
    package private(set) var unknownKeys: [String] = []

    /// Knows nothing.
    package init() {}

    /// Reads the YAML.
    ///
    /// - Throws: ``ReportError`` that says where it is no YAML, or which value has the wrong form.
    package init(yaml text: String) throws(ReportError) {
        guard text.utf8.count <= Self.lengthLimit else { throw ReportError("longer than \(Self.lengthLimit) bytes") }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw ReportError("\(error)".visible(limit: 500)) }
        guard let root, root.null == nil else { return }  // an empty file
        guard let members = root.mapping else { throw ReportError("the names KNOWN_GOOD_ASNS, … are expected") }
        for (key, value) in members {
            switch key.string ?? "" {
            case "KNOWN_GOOD_ASNS":
                knownSystems = Set(try Self.texts(value, "KNOWN_GOOD_ASNS").map(Self.systemNumber))
            case "KNOWN_DNS_SUFF":
                knownSuffixes = Set(try Self.texts(value, "KNOWN_DNS_SUFF").map(Self.suffix))
            case "AS_COMMENTS":
                if value.null != nil { continue }
                // A list of mappings, of one member each, is what the old script could read.
                for entries in value.sequence.map(Array.init) ?? [value] { try addComments(entries) }
            default: unknownKeys.append((key.string ?? "a key that is no text").visible())
            }
        }
    }

    /// Takes a mapping from ASes to what is to be said of them.
    private mutating func addComments(_ node: Node) throws(ReportError) {
        guard let entries = node.mapping else {
            throw Self.error(node, "AS_COMMENTS", "names and their comments are expected")
        }
        for (system, comment) in entries {
            guard let system = system.scalar?.string, let comment = comment.scalar?.string else {
                throw Self.error(comment, "AS_COMMENTS", "a text is expected")
            }
            comments[Self.systemNumber(system)] = ReportRecord.cut(comment)
        }
    }

    /// Whether an AS is as usual.
    func knows(system: String?) -> Bool { system.map(knownSystems.contains) ?? false }

    /// Whether a PTR name, or one that it ends in, is as usual.
    func knows(host: String?) -> Bool {
        guard var rest = host?.lowercased()[...], !knownSuffixes.isEmpty else { return false }
        while !knownSuffixes.contains(String(rest)) {
            guard let dot = rest.firstIndex(of: ".") else { return false }
            rest = rest[rest.index(after: dot)...]
        }
        return true
    }

    private static func texts(_ node: Node, _ key: String) throws(ReportError) -> [String] {
        if node.null != nil { return [] }
        guard let items = node.sequence else { throw error(node, key, "a list is expected") }
        var texts: [String] = []
        for item in items {
            guard let text = item.scalar?.string else { throw error(item, key, "a list of texts is expected") }
            texts.append(text)
        }
        return texts
    }

    private static func error(_ node: Node, _ key: String, _ reason: String) -> ReportError {
        ReportError((node.mark.map { "\($0.line):\($0.column): " } ?? "") + "\(key): \(reason)")
    }

    /// `AS680` for `AS680`, `as680`, `680`.
    private static func systemNumber(_ text: String) -> String {
        let text = text.uppercased()
        return UInt32(text) == nil ? text : "AS" + text
    }

    private static func suffix(_ text: String) -> String {
        let text = text.lowercased()
        return text.hasPrefix(".") ? String(text.dropFirst()) : text
    }
}
