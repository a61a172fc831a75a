import FleetModel

/// Prints what a day of a large fleet asks of others: `Fleet [SHRUNKEN-BY [SEED]]`.
@main struct Fleet {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (factor, seed) = (max(1, numbers.first ?? 100), UInt64(numbers.dropFirst().first ?? 1))
        for isByAccount in [false, true] {
            var settings = FleetSettings()
            settings.isByAccount = isByAccount
            print(
                "\(settings.nodes) nodes, \(settings.accounts) accounts, logins to",
                isByAccount ? "the node of their account" : "any node")
            for line in FleetReport(settings, seed: seed, shrunkenBy: factor).lines { print("  \(line)") }
        }
    }
}
