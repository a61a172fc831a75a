/// The names an administrator gave to networks of their own (`audit.local_networks`).
public struct LocalNetworks: Sendable {
    private let table: PrefixTable
    private let names: [String]

    /// Makes the table from networks and their names, of which there may be none; of two names for one network the first counts.
    ///
    /// - Complexity: n log n.
    public init(_ networks: some Sequence<(prefix: IPPrefix, name: String)> = [(prefix: IPPrefix, name: String)]()) {
        var builder = PrefixTable.Builder()
        var names: [String] = []
        for (prefix, name) in networks {
            names.append(name)
            builder.add(prefix, number: names.count)
        }
        self.names = names
        table = PrefixTable(builder, precedence: .longest)
    }

    /// The name of the smallest network that holds the address; families never mix.
    ///
    /// - Complexity: A binary search, no allocation.
    package func name(of address: IPAddress) -> String? {
        table.match(address).map { names[$0.number - 1] }
    }
}
