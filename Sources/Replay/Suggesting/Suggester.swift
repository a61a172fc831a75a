public import AuditCore
public import Report

/// Looks for the fewest and most specific lines that meet all bad logins and nobody else's.
///
/// The records are read twice: once for what the bad logins have in common, once for who else has it. So what is held is
/// bounded by the bad logins, however many others there are.
public struct Suggester: Sendable {
    /// What is looked for.
    public struct Configuration: Sendable {
        /// Whose logins.
        public var bad: BadLogins
        /// From here, inclusive; nil: from the first record.
        public var since: Timestamp?
        /// To here, exclusive.
        public var until: Timestamp
        /// How many other users all lines together may meet.
        public var collateral = 0
        /// How lists of patterns are matched.
        public var matching = PatternMatching.full
        /// How many places of bad logins are told apart.
        public var bound = 50_000

        /// Looks for lines that meet these logins of that time.
        public init(bad: BadLogins, since: Timestamp?, until: Timestamp) {
            (self.bad, self.since, self.until) = (bad, since, until)
        }
    }

    /// Where bad logins came from, with the same traits.
    struct Source: Sendable {
        var traits: [Int]
        var address: String?
        var isPrivate: Bool
        var logins = 0
        var users: Set<String> = []
        var first: Timestamp
    }

    private struct SourceKey: Hashable {
        var address: String?
        var traits: [Int]
    }

    let configuration: Configuration
    private(set) var sources: [Source] = []
    /// The traits that bad logins have, by number.
    private(set) var traits: [Trait] = []
    /// By the trait's number: who else has it.
    private(set) var hits: [Set<UInt32>] = []
    private(set) var names: [String] = []
    private(set) var notes: [String] = []
    private var traitNumbers: [Trait: Int] = [:]
    private var sourceNumbers: [SourceKey: Int] = [:]
    private var userNumbers: [String: UInt32] = [:]
    /// The lengths that networks of bad logins have.
    private var lengths: Set<Int> = []
    private var omitted = 0

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Reads the records twice and looks for lines.
    ///
    /// - Parameters:
    ///   - open: Opens the records, from their beginning.
    ///   - progress: Told now and then how many records were read.
    /// - Throws: ``ReportError`` if the records cannot be read.
    /// - Complexity: Linear in the records; the search itself grows with the places of bad logins times the lines found.
    public static func run(
        _ configuration: Configuration, over open: () throws -> any RecordInput, progress: (Int) -> Void = { _ in }
    ) throws -> Suggestions {
        var suggester = Suggester(configuration)
        var count = 0
        func read(_ body: (RecordFields, ReportRecord, BadLogins.Kind) -> Void) throws -> [String] {
            var input = try open()
            while let fields = try input.nextFields() {
                count += 1
                if count.isMultiple(of: 10_000) { progress(count) }
                guard fields.time < configuration.until, configuration.since.map({ fields.time >= $0 }) ?? true else { continue }
                let record = fields.record
                if record.event == nil { body(fields, record, configuration.bad.kind(of: record)) }
            }
            return input.notes
        }
        let notes = try read { fields, record, kind in
            if kind == .bad, let facts = fields.facts?.facts { suggester.addBad(record, facts) }
        }
        _ = try read { fields, record, kind in
            guard kind == .good else { return }
            suggester.addGood(record, suggester.traits.isEmpty ? nil : fields.facts?.facts)
        }
        if suggester.omitted > 0 {
            suggester.notes.append("\(suggester.omitted.grouped) bad logins came from more places than are told apart")
        }
        suggester.notes = notes + suggester.notes
        return LineSearch(suggester).suggestions
    }

    // MARK: Reading

    private mutating func addBad(_ record: ReportRecord, _ facts: Facts) {
        let numbers = facts.traitsToOffer.map { number(of: $0) }
        let key = SourceKey(address: record.address, traits: numbers)
        let index: Int
        if let known = sourceNumbers[key] {
            index = known
        } else if sources.count < configuration.bound {
            index = sources.count
            sourceNumbers[key] = index
            sources.append(
                Source(traits: numbers, address: record.address, isPrivate: facts.isPrivate, first: record.time))
        } else {
            omitted += 1
            return
        }
        sources[index].logins += 1
        sources[index].first = min(sources[index].first, record.time)
        sources[index].users.insert(record.user)
    }

    private mutating func number(of trait: Trait) -> Int {
        if let number = traitNumbers[trait] { return number }
        let number = traits.count
        traits.append(trait)
        hits.append([])
        traitNumbers[trait] = number
        if case .network(let prefix) = trait { lengths.insert(prefix.length) }
        return number
    }

    /// Notes whom lines would meet.
    private mutating func addGood(_ record: ReportRecord, _ facts: Facts?) {
        let user = number(of: record.user)
        // A private address is never denied, so no line meets it.
        guard let facts, !facts.isPrivate, let address = facts.address else { return }
        for address in [address] + (address.embeddedIPv4.map { [$0] } ?? []) {
            for length in lengths {
                if let prefix = IPPrefix(address, length: length) { hit(.network(prefix), user) }
            }
        }
        for trait in facts.otherTraits { hit(trait, user) }
    }

    private mutating func hit(_ trait: Trait, _ user: UInt32) {
        if let number = traitNumbers[trait] { hits[number].insert(user) }
    }

    private mutating func number(of user: String) -> UInt32 {
        if let number = userNumbers[user] { return number }
        let number = UInt32(names.count)
        names.append(user)
        userNumbers[user] = number
        return number
    }
}
