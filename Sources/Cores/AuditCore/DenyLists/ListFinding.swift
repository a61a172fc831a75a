/// How one list came out.
enum ListFinding {
    /// The list is not configured.
    case off
    /// No entry applies.
    case pass
    /// No entry applies to what is known, but a fact could not be had.
    case unknown
    /// An entry applies.
    case hit(Denial)

    var denial: Denial? {
        if case .hit(let denial) = self { denial } else { nil }
    }

    var outcome: RuleOutcome.Outcome {
        switch self {
        case .off: .off
        case .pass: .pass
        case .unknown: .unknown
        case .hit: .hit
        }
    }
}
