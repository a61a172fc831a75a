package import AuditCore
package import Report

/// Looks for the fewest and most specific lines that meet all bad logins and nobody else's.
///
/// The records are read twice: once for what the bad logins have in common, once for who else has it. So what is held is
/// bounded by the bad logins, however many others there are.
package struct Suggester: Sendable {
    /// What is looked for.
    package struct Configuration: Sendable {
        /// Whose logins.
        package var bad: BadLogins
        /// From here, inclusive; nil: from the first record.
        package var since: Timestamp?
        /// To here, exclusive.
        package var until: Timestamp
        /// How many other users all lines together may meet.
        package var collateral = 0
        /// How lists of patterns are matched.
        package var matching = PatternMatching.full
        /// How many places of bad logins are told apart.
        package var bound = 50_000

        /// Looks for lines that meet these logins of that time.
        package init(bad: BadLogins, since: Timestamp?, until: Timestamp) {
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
    private(set) var blindness = Blindness()
    private var traitNumbers: [Trait: Int] = [:]
    private var sourceNumbers: [SourceKey: Int] = [:]
    /// The numbers of the places with an address.
    private var places: [IPAddress: [Int]] = [:]
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
    /// - Throws: ``ReportError`` if the records cannot be read, or if some were gone when they were read again: then it is not
    ///   known whom a line would meet.
    /// - Complexity: Linear in the records and in the places of bad logins.
    package static func run(
        _ configuration: Configuration, over open: () throws -> any RecordInput, progress: (Int) -> Void = { _ in }
    ) throws -> Suggestions {
        var suggester = Suggester(configuration)
        var count = 0
        func read(_ body: (RecordFields, ReportRecord, BadLogins.Kind) -> Void) throws -> [String] {
            var input = try open()
            while let fields = try input.nextFields() {
                count += 1
                if count.isMultiple(of: 10_000) { progress(count) }
                guard fields.time < configuration.until, configuration.since.map({ fields.time >= $0 }) ?? true else {
                    continue
                }
                let record = fields.record
                if record.event == nil { body(fields, record, configuration.bad.kind(of: record)) }
            }
            return input.notes
        }
        let notes = try read { fields, record, kind in
            if kind == .bad, let facts = fields.facts?.facts { suggester.addBad(record, facts) }
        }
        suggester.completePlaces()
        let once = count
        _ = try read { fields, record, kind in
            guard kind == .good else { return }
            let user = suggester.number(of: record.user)
            if !suggester.traits.isEmpty { suggester.addGood(user, fields.facts) }
        }
        if count - once < once {
            throw ReportError(
                "of \(once.grouped) records \((count - once).grouped) were there when they were read again: once more, please"
            )
        }
        if suggester.omitted > 0 {
            suggester.notes.append("\(suggester.omitted.grouped) bad logins came from more places than are told apart")
        }
        suggester.notes = notes + suggester.notes
        return LineSearch(suggester).suggestions
    }

    // MARK: Reading

    private mutating func addBad(_ record: ReportRecord, _ facts: Facts) {
        var (numbers, known): ([Int], Set<Int>) = ([], [])
        for trait in facts.traitsToOffer {
            let number = number(of: trait)
            if known.insert(number).inserted { numbers.append(number) }
        }
        let key = SourceKey(address: record.address, traits: numbers)
        let index: Int
        if let known = sourceNumbers[key] {
            index = known
        } else if sources.count < configuration.bound {
            index = sources.count
            sourceNumbers[key] = index
            if let address = facts.address { places[address, default: []].append(index) }
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

    /// Adds the networks of bad logins to all places that lie in them: not each record knows what its address is registered as.
    private mutating func completePlaces() {
        for (address, indices) in places {
            for address in [address] + (address.embeddedIPv4.map { [$0] } ?? []) {
                let numbers = lengths.compactMap {
                    IPPrefix(address, length: $0).flatMap { traitNumbers[.network($0)] }
                }
                for index in indices where !sources[index].isPrivate {
                    for number in numbers where !sources[index].traits.contains(number) {
                        sources[index].traits.append(number)
                    }
                }
            }
        }
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
    ///
    /// - Parameter recorded: nil if nobody knows where the login came from.
    private mutating func addGood(_ user: UInt32, _ recorded: RecordedFacts?) {
        let blindLists = Blindness.lists(blindFor: recorded)
        guard let facts = recorded?.facts else { return blindness.add(user, blindFor: blindLists) }
        // A private address is never denied, so no line meets it.
        guard !facts.isPrivate, let address = facts.address else { return }
        blindness.add(user, blindFor: blindLists)
        // What a record lacks of an address is what others know of it.
        for place in blindLists.isEmpty ? [] : places[address] ?? [] {
            for trait in sources[place].traits where blindLists.contains(traits[trait].list) {
                hits[trait].insert(user)
            }
        }
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
