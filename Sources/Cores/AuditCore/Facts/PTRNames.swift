/// The names that an address has in reverse DNS: one or more.
///
/// Resolvers answer in an order of their own, another one each time. So the names are sorted, and what is judged and shown
/// is the same at every login.
public struct PTRNames: Sendable, Hashable {
    /// How many names are kept, at most.
    package static let most = 16

    /// The name that is shown where there is room for one.
    package let first: String
    /// The others.
    package let others: [String]

    /// The one name there is.
    package init(_ name: String) { (first, others) = (name, []) }

    /// Takes the first `most` of several names, as their bytes order them in lower case.
    ///
    /// Names are told apart without regard to case, and keep theirs; empty ones (of the root) are left out.
    ///
    /// - Parameter names: Without final dots, in any order.
    /// - Returns: Nil if there is none.
    /// - Complexity: O(*n* log *n*).
    public init?(_ names: [String]) {
        if names.count == 1, !names[0].isEmpty {
            (first, others) = (names[0], [])
            return
        }
        var known: Set<String> = []
        let sorted = names.filter { !$0.isEmpty }.map { (key: $0.lowercased(), name: $0) }
            .sorted { ($0.key, $0.name) < ($1.key, $1.name) }
        let kept = sorted.filter { known.insert($0.key).inserted }.prefix(Self.most).map(\.name)
        guard let least = kept.first else { return nil }
        (first, others) = (least, Array(kept.dropFirst()))
    }

    /// All names, in order.
    public var all: [String] { [first] + others }
}

extension PTRNames: ExpressibleByStringLiteral {
    /// The one name there is.
    public init(stringLiteral name: String) { self.init(name) }
}
