/// How many characters a sequence takes at least and at most, as Python reckons it.
struct PatternWidth: Equatable {
    var minimum: UInt64 = 0
    var maximum: UInt64 = 0

    /// The width if it is fixed.
    var fixed: UInt64? { minimum == maximum ? minimum : nil }

    /// The width of a sequence; `groups` are the widths of the groups closed so far.
    init(of nodes: [PatternNode], groups: [PatternWidth?]) {
        for node in nodes {
            let width = PatternWidth(node, groups)
            minimum = Self.sum(minimum, width.minimum)
            maximum = Self.sum(maximum, width.maximum)
        }
    }

    private init(minimum: UInt64, maximum: UInt64) {
        (self.minimum, self.maximum) = (minimum, maximum)
    }

    private init(_ node: PatternNode, _ groups: [PatternWidth?]) {
        switch node {
        case .literal, .any, .set: self.init(minimum: 1, maximum: 1)
        case .position, .look: self.init(minimum: 0, maximum: 0)
        case .branch(let branches):
            self.init(minimum: .max, maximum: 0)
            for branch in branches { widen(to: PatternWidth(of: branch, groups: groups)) }
        case .group(_, _, _, let nodes), .atomic(let nodes): self.init(of: nodes, groups: groups)
        case .repeated(let least, let most, _, let nodes):
            let one = PatternWidth(of: nodes, groups: groups)
            self.init(
                minimum: Self.product(one.minimum, least),
                maximum: most == PatternNode.unbounded && one.maximum > 0 ? .max : Self.product(one.maximum, most))
        case .reference(let group):
            let width = group < groups.count ? groups[group] : nil
            self.init(minimum: width?.minimum ?? 0, maximum: width?.maximum ?? .max)
        case .conditional(_, _, let yes, let no):
            self.init(of: yes, groups: groups)
            widen(to: PatternWidth(of: no, groups: groups))
        }
    }

    private mutating func widen(to other: PatternWidth) {
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (value, overflows) = a.addingReportingOverflow(b)
        return overflows ? .max : value
    }

    private static func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (value, overflows) = a.multipliedReportingOverflow(by: b)
        return overflows ? .max : value
    }
}
