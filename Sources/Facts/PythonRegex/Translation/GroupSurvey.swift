/// What has to be known of a pattern's groups before it is written.
struct GroupSurvey {
    /// Groups inside `{0}`: they never match, and are left out.
    private(set) var neverSet: Set<Int> = []
    /// Groups that a condition within themselves asks about.
    private(set) var askedFromWithin: Set<Int> = []

    init(of nodes: [PatternNode]) { visit(nodes, isLeftOut: false) }

    private mutating func visit(_ nodes: [PatternNode], isLeftOut: Bool) {
        for node in nodes {
            switch node {
            case .literal, .any, .set, .position, .reference: break
            case .branch(let branches):
                for branch in branches { visit(branch, isLeftOut: isLeftOut) }
            case .group(let number, _, _, let nodes):
                if let number, isLeftOut { neverSet.insert(number) }
                visit(nodes, isLeftOut: isLeftOut)
            case .atomic(let nodes), .look(_, _, let nodes): visit(nodes, isLeftOut: isLeftOut)
            case .repeated(_, let maximum, _, let nodes): visit(nodes, isLeftOut: isLeftOut || maximum == 0)
            case .conditional(let group, let isOpen, let yes, let no):
                if isOpen { askedFromWithin.insert(group) }
                visit(yes, isLeftOut: isLeftOut)
                visit(no, isLeftOut: isLeftOut)
            }
        }
    }
}
