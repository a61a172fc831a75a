/// What a simulated day came to, in words for docs/scale.md.
public struct FleetReport: Sendable {
    private let settings: FleetSettings
    private let factor: Double
    private let day: FleetModel.Counts
    private let hour: FleetModel.Counts
    private let held: FleetModel.Held

    /// Simulates a day.
    ///
    /// - Parameters:
    ///   - factor: How many times smaller the world is that is simulated: the numbers are those of the whole.
    /// - Complexity: A few microseconds a login in a release build, twenty times that in a debug build.
    public init(_ settings: FleetSettings, seed: UInt64, shrunkenBy factor: Int) {
        let small = settings.shrunken(by: factor)
        var model = FleetModel(small)
        var (before, after, held) = (FleetModel.Counts(), FleetModel.Counts(), FleetModel.Held())
        var isOver = false
        for login in Population(small, seed: seed) {
            // The busiest hour is around noon.
            if login.time < 41_400 { before = model.counts }
            if login.time < 45_000 { after = model.counts }
            model.take(login)
            // What memory holds when the busiest hours are over.
            if login.time >= 50_000, !isOver { (isOver, held) = (true, model.held) }
        }
        model.finish()
        (self.settings, self.factor, self.held) = (settings, Double(factor), held)
        day = model.counts
        hour = after.minus(before)
    }

    /// A table, a line for each kind.
    public var lines: [String] {
        func line(_ name: String, _ path: KeyPath<FleetModel.Counts, Int>) -> String {
            let (whole, busy) = (Double(day[keyPath: path]) * factor, Double(hour[keyPath: path]) * factor / 3600)
            return "\(name): \(Self.short(whole)) a day, \(Self.short(busy)) in a busy second"
        }
        let busy = 1 / 3600 * factor
        let work =
            FleetCosts.login * Double(hour.logins) * busy + FleetCosts.hash * Double(hour.hashed) * busy
        return [
            line("logins", \.logins), line("database queries", \.queries), line("rows of log", \.rows),
            line("Redis commands", \.commands), line("registry questions", \.questions),
            line("names asked of DNS", \.names), line("passwords hashed", \.hashed),
            "memory a node: \(Self.short(memory / 1e6)) MB",
            "busy cores: \(Self.short(work)) of all nodes, "
                + "\(Self.short(FleetCosts.query * Double(hour.queries) * busy)) of the database, "
                + "\(Self.short(FleetCosts.command * Double(hour.commands) * busy)) of Redis",
        ]
    }

    private var memory: Double {
        let a = FleetCosts.verified * Double(held.verified) + FleetCosts.account * Double(held.accounts)
        let b = FleetCosts.known * Double(held.known) + FleetCosts.network * Double(held.networks)
        let c = FleetCosts.name * Double(held.names) + FleetCosts.bucket * Double(held.buckets)
        return FleetCosts.base + (a + b + c) * factor / Double(settings.nodes)
    }

    /// Two digits, with thousands and millions as such.
    private static func short(_ number: Double) -> String {
        for (unit, word) in [(1e9, " × 10⁹"), (1e6, " × 10⁶"), (1e3, " × 10³")] where number >= unit * 0.995 {
            return digits(number / unit) + word
        }
        return digits(number)
    }

    private static func digits(_ number: Double) -> String {
        if number >= 9.95 || number == 0 { return "\(Int(number + 0.5))" }
        return "\(Double(Int(number * 10 + 0.5)) / 10)"
    }
}

extension FleetModel.Counts {
    fileprivate func minus(_ other: Self) -> Self {
        var result = self
        for path in [
            \Self.logins, \.queries, \.rows, \.commands, \.questions, \.names, \.hashed,
        ] { result[keyPath: path] -= other[keyPath: path] }
        return result
    }
}
