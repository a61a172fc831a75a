/// A set of networks: `ignore_networks`, `disallow_passwords_from`.
public struct PrefixSet: Sendable {
    private let table: PrefixTable

    /// Makes a set; overlapping and repeated networks are fine.
    ///
    /// - Complexity: n log n.
    public init(_ prefixes: some Sequence<IPPrefix> = []) {
        var builder = PrefixTable.Builder()
        for prefix in prefixes { builder.add(prefix, number: 1) }
        table = PrefixTable(builder, precedence: .longest)
    }

    /// How many networks the set was made of.
    package var count: Int { table.count }

    /// Whether one of the networks holds the address; families never mix.
    ///
    /// - Complexity: A binary search, no allocation.
    package func contains(_ address: IPAddress) -> Bool { table.match(address) != nil }
}
