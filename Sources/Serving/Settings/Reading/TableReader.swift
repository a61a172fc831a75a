internal import AppPasswordCore
internal import AuditCore

/// Reads the keys of one table of a settings file; each method takes one key and gives its value or the default.
///
/// What is wrong goes to the notes, and reading goes on with the default, so that one run finds every problem.
final class TableReader {
    let notes: ReadingNotes
    let path: [String]
    /// Whether the file has this table.
    let isPresent: Bool
    private let members: [String: TOMLNode]
    private var known: [String] = []

    init(notes: ReadingNotes, path: [String], members: [String: TOMLNode]?) {
        self.notes = notes
        self.path = path
        self.members = members ?? [:]
        isPresent = members != nil
    }

    /// Reports the keys that nobody asked for. To be called when all known keys have been read.
    func finish() {
        for key in members.keys where !known.contains(key) {
            let nearest = NearestName.to(key, among: known).map { "; the nearest known one is \"\($0)\"" } ?? ""
            notes.problem(atKey: path + [key], "unknown key\(nearest)")
        }
    }

    // MARK: - Tables

    /// A table below this one.
    func table(_ key: String) -> TableReader {
        TableReader(notes: notes, path: path + [key], members: rawTable(key))
    }

    /// The tables of an array, `[[…]]`, or the one table in its place; where there is none, one that is absent still says
    /// which keys it could have.
    func tables(_ key: String) -> [TableReader] {
        let absent = [TableReader(notes: notes, path: path + [key], members: nil)]
        guard let node = take(key, .table) else { return absent }
        if case .table(let members) = node { return [TableReader(notes: notes, path: path + [key], members: members)] }
        guard case .array(let nodes) = node else {
            problem(key, "must be an array of tables, [[\(Displayed.key(path + [key]))]], not \(node.kindInWords)")
            return absent
        }
        return nodes.enumerated().compactMap { index, node in
            let place = path + [key, "[\(index)]"]
            if case .table(let members) = node { return TableReader(notes: notes, path: place, members: members) }
            notes.problem(place, "must be a table, not \(node.kindInWords)")
            return nil
        }
    }

    /// The members of a table that is read in another way; nil if it is absent or no table.
    func rawTable(_ key: String) -> [String: TOMLNode]? {
        guard let node = take(key, .table) else { return nil }
        if case .table(let members) = node { return members }
        wrongKind(key, .table, node)
        return nil
    }

    /// A table whose keys are the administrator's own, with strings as values, in the order of the file.
    func map(_ key: String) -> [(key: String, value: String)] {
        guard let node = take(key, .map) else { return [] }
        guard case .table(let members) = node else {
            wrongKind(key, .map, node)
            return []
        }
        let inner = path + [key]
        return members.sorted { notes.positions.key(at: inner + [$0.key]) < notes.positions.key(at: inner + [$1.key]) }
            .compactMap { name, node in
                if case .string(let value) = node { return (name, value) }
                notes.problem(inner + [name], "must be a string, not \(node.kindInWords)")
                return nil
            }
    }

    // MARK: - Plain values

    func string(_ key: String, default fallback: String) -> String { text(key) ?? fallback }

    func boolean(_ key: String, default fallback: Bool) -> Bool {
        guard let node = take(key, .boolean) else { return fallback }
        if case .boolean(let value) = node { return value }
        if let value = PythonConversion.boolean(node) {
            notes.converted(path + [key], to: "\(value)")
            return value
        }
        wrongKind(key, .boolean, node)
        return fallback
    }

    func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let node = take(key, .integer) else { return fallback }
        guard let value = wholeNumber(key, node) else {
            wrongKind(key, .integer, node)
            return fallback
        }
        guard range.contains(value) else {
            problem(key, "\(value) is not within \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    /// An integer in seconds, or a string with a unit.
    func duration(
        _ key: String, default fallback: Duration, atLeast least: Duration = .zero,
        atMost most: Duration = QuantityText.longestDuration
    ) -> Duration {
        guard let node = take(key, .duration) else { return fallback }
        let value: Duration?
        if case .string(let text) = node, let duration = QuantityText.duration(text) {
            value = duration
        } else if let seconds = wholeNumber(key, node) {
            value = .seconds(seconds)
        } else if case .string = node {
            value = nil
        } else {
            wrongKind(key, .duration, node)
            return fallback
        }
        guard let value else {
            problem(
                key,
                "not a duration: write whole seconds, or a string such as \"1500ms\", \"30s\", \"2m\", \"24h\", \"7d\"")
            return fallback
        }
        guard value >= least, value <= most else {
            problem(key, "\(value) is not within \(least) to \(most)")
            return fallback
        }
        return value
    }

    /// An integer in bytes, or a string with a unit.
    func byteSize(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let node = take(key, .byteSize) else { return fallback }
        let value: Int?
        if case .string(let text) = node, let bytes = QuantityText.byteSize(text) {
            value = bytes
        } else if let bytes = wholeNumber(key, node) {
            value = bytes
        } else if case .string = node {
            value = nil
        } else {
            wrongKind(key, .byteSize, node)
            return fallback
        }
        guard let value else {
            problem(key, "not a size: write whole bytes, or a string such as \"64KB\", \"256MB\", \"2GiB\"")
            return fallback
        }
        guard range.contains(value) else {
            problem(key, "\(value) bytes are not within \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    /// A number of users, or a string with a share of them.
    func shareOrCount(_ key: String) -> BlastRadius? {
        guard let node = take(key, .string) else { return nil }
        let radius: BlastRadius?
        switch node {
        case .string(let text): radius = BlastRadius(text)
        case .integer(let number): radius = number < 0 ? nil : .users(Int(clamping: number))
        default:
            wrongKind(key, .string, node)
            return nil
        }
        if radius == nil {
            problem(key, "must be a share of the users such as \"2%\", or a number of users such as 40")
        }
        return radius
    }

    /// Permissions of a file that its owner reads and writes: `"0660"`, or TOML's own `0o660`.
    func permissions(_ key: String, default fallback: UInt32) -> UInt32 {
        guard let node = take(key, .string) else { return fallback }
        let mode: UInt32?
        switch node {
        case .string(let text) where (3...4).contains(text.utf8.count): mode = UInt32(text, radix: 8)
        case .integer(let number): mode = UInt32(exactly: number)
        case .string: mode = nil
        default:
            wrongKind(key, .string, node)
            return fallback
        }
        guard let mode, mode <= 0o777, mode & 0o600 == 0o600 else {
            problem(key, "must be permissions such as \"0660\", of which the owner has 6 or 7")
            return fallback
        }
        return mode
    }

    // MARK: - Texts with a form

    /// One of the spellings of an enum.
    ///
    /// - Parameter misspellings: Spellings of files that people have, which are taken with a warning.
    func choice<Choice: RawRepresentable<String>>(
        _ key: String, default fallback: Choice, among choices: [Choice], misspellings: [String: Choice] = [:]
    ) -> Choice {
        let spellings = choices.map(\.rawValue).joined(separator: ", ")
        return parsed(key, default: fallback, wants: "one of \(spellings)") { text in
            if let meant = misspellings[text] {
                warning(key, "\(Displayed.quoted(text)) is taken for \(Displayed.quoted(meant.rawValue))")
                return meant
            }
            return Choice(rawValue: text)
        }
    }

    /// The name or address of a host; an IPv6 address may stand in brackets, which are taken off.
    func host(_ key: String, default fallback: String) -> String {
        parsed(key, default: fallback, wants: "an address or a host name", HostAndPort.host)
    }

    /// A string that `parse` understands.
    func parsed<Value>(
        _ key: String, default fallback: Value, wants wanted: String, _ parse: (String) -> Value?
    ) -> Value {
        guard let text = text(key) else { return fallback }
        guard let value = parse(text) else {
            problem(key, "\(Displayed.quoted(text)) is not \(wanted)")
            return fallback
        }
        return value
    }

    /// An array of strings that `parse` understands; a bad element is named and left out.
    ///
    /// - Parameter takesOne: Whether a string stands for an array of it alone.
    func elements<Value>(
        _ key: String, default fallback: [Value] = [], wants wanted: String, takesOne: Bool = false,
        _ parse: (String) -> Value?
    ) -> [Value] {
        guard let node = take(key, .strings) else { return fallback }
        if takesOne, case .string(let text) = node {
            if let value = parse(text) { return [value] }
            problem(key, "\(Displayed.quoted(text)) is not \(wanted)")
            return fallback
        }
        guard case .array(let nodes) = node else {
            wrongKind(key, .strings, node)
            return fallback
        }
        return nodes.enumerated().compactMap { index, node in
            let place = path + [key, "[\(index)]"]
            guard case .string(let text) = node else {
                notes.problem(place, "must be a string, not \(node.kindInWords)")
                return nil
            }
            guard let value = parse(text) else {
                notes.problem(place, "\(Displayed.quoted(text)) is not \(wanted)")
                return nil
            }
            return value
        }
    }

    /// Networks, host bits masked off.
    func networks(_ key: String) -> [IPPrefix] {
        elements(key, wants: "an address or a network in CIDR form", IPPrefix.init(setting:))
    }

    /// A path, relative ones from the settings file's directory; nil if left out or empty.
    func path(_ key: String, mustExist: Bool = false) -> SettingsPath? {
        guard let written = text(key), !written.isEmpty else { return nil }
        let path = notes.resolved(written, at: path + [key])
        if mustExist, !notes.environment.isFile(path.resolved) {
            problem(key, "there is no file \(Displayed.quoted(path.resolved))")
        }
        return path
    }

    /// Reports a file that is not there, cannot be read or holds no PEM block of a kind, as a problem with `key`.
    ///
    /// - Parameters:
    ///   - label: How the block's label ends: `CERTIFICATE` also stands for `TRUSTED CERTIFICATE`.
    ///   - prefix: What the message begins with.
    func checkPEM(_ path: SettingsPath, holds label: String, of key: String, _ prefix: String = "") {
        guard notes.environment.isFile(path.resolved) else {
            return problem(key, "\(prefix)there is no file \(Displayed.quoted(path.resolved))")
        }
        do {
            let text = String(decoding: try notes.environment.contents(path.resolved), as: UTF8.self)
            let lines = text.split { $0.isNewline }
            let hasBlock = lines.contains { $0.hasPrefix("-----BEGIN ") && $0.contains("\(label)-----") }
            if !hasBlock {
                problem(key, "\(prefix)\(Displayed.quoted(path.resolved)) holds no \(label) in PEM form")
            }
        } catch {
            problem(key, "\(prefix)\(Displayed.quoted(path.resolved)) cannot be read: \(error.reason)")
        }
    }

    /// A secret, given as `key` or as the content of the file named by `key_file`; nil if neither is set or it is empty.
    func secret(_ key: String, hasFile: Bool = true) -> Secret? {
        let direct = text(key).map(Secret.init)
        let fromFile = hasFile ? secretFile(key + "_file") : nil
        if hasFile, isSet(key), isSet(key + "_file") {
            problem(key, "set together with \(key)_file: keep one of the two")
        }
        return (fromFile ?? direct).flatMap { $0.revealed.isEmpty ? nil : $0 }
    }

    /// A secret that is the content of a file; one line end at its end does not belong to it.
    private func secretFile(_ key: String) -> Secret? {
        guard let path = path(key) else { return nil }
        notes.holdsSecret(path)
        do {
            var bytes = try notes.environment.contents(path.resolved)
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty, !text.contains("\0") else {
                problem(key, "\(Displayed.quoted(path.resolved)) is empty or not a text")
                return nil
            }
            return Secret(text)
        } catch {
            problem(key, "\(Displayed.quoted(path.resolved)) cannot be read: \(error.reason)")
            return nil
        }
    }

    // MARK: - Problems

    /// Whether the file sets a key of this table.
    func isSet(_ key: String) -> Bool { members[key] != nil }

    /// Where a key's value stands, for messages: `config.toml:9:15: audit.maxmind.city`.
    func place(of key: String) -> String { notes.place(of: path + [key]) }

    func problem(_ key: String, _ message: String) { notes.problem(path + [key], message) }

    func missing(_ key: String, _ message: String) { notes.problem(atKey: path + [key], message) }

    func warning(_ key: String, _ message: String) { notes.warning(path + [key], message) }

    private func take(_ key: String, _ kind: SettingsKey.Kind) -> TOMLNode? {
        known.append(key)
        notes.knows(path + [key], kind, isSet: isSet(key) && kind != .table)
        return members[key]
    }

    /// A whole number, or what Python's pydantic made one of, which is noted.
    private func wholeNumber(_ key: String, _ node: TOMLNode) -> Int? {
        if case .integer(let value) = node { return value }
        guard let value = PythonConversion.integer(node) else { return nil }
        notes.converted(path + [key], to: "\(value)")
        return value
    }

    private func text(_ key: String) -> String? {
        guard let node = take(key, .string) else { return nil }
        if case .string(let value) = node { return value }
        wrongKind(key, .string, node)
        return nil
    }

    private func wrongKind(_ key: String, _ kind: SettingsKey.Kind, _ node: TOMLNode) {
        let wanted =
            switch kind {
            case .duration: "an integer (seconds) or a string such as \"30s\""
            case .byteSize: "an integer (bytes) or a string such as \"256MB\""
            case .string, .integer, .boolean, .strings, .map, .table: kind.rawValue
            }
        // What stands where a number or boolean should is no secret.
        let found: String =
            if case .string(let text) = node, kind == .integer || kind == .boolean {
                Displayed.quoted(text)
            } else {
                node.kindInWords
            }
        problem(key, "must be \(wanted), not \(found)")
    }
}
