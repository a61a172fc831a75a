/// What Python refuses only after parsing, without saying where.
enum PatternCheck {
    static func check(_ nodes: [PatternNode], flags: PatternFlags) throws(PatternSyntaxError) {
        for node in nodes { try check(node, flags) }
    }

    private static func check(_ node: PatternNode, _ flags: PatternFlags) throws(PatternSyntaxError) {
        switch node {
        case .literal, .any, .set, .position, .reference: break
        case .branch(let branches):
            for branch in branches { try check(branch, flags: flags) }
        case .group(_, _, _, let nodes), .atomic(let nodes): try check(nodes, flags: flags)
        case .repeated(_, _, let greed, let nodes):
            if flags.contains(.template) {
                let name =
                    switch greed {
                    case .greedy: "MAX_REPEAT"
                    case .lazy: "MIN_REPEAT"
                    case .possessive: "POSSESSIVE_REPEAT"
                    }
                throw PatternSyntaxError("internal: unsupported template operator \(name)")
            }
            try check(nodes, flags: flags)
        case .look(let behind, _, let nodes):
            if let behind {
                if behind.minimum > UInt64(UInt32.max) { throw PatternSyntaxError("looks too much behind") }
                if behind.fixed == nil { throw PatternSyntaxError("look-behind requires fixed-width pattern") }
            }
            try check(nodes, flags: flags)
        case .conditional(_, _, let yes, let no):
            try check(yes, flags: flags)
            try check(no, flags: flags)
        }
    }
}
