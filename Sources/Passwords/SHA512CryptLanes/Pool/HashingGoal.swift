/// What ends a request to a ``HashingPool``; work whose answer is no longer needed is not started, and leaves its lane.
package enum HashingGoal: Sendable, Hashable {
    /// Every piece of work has its answer.
    case everyAnswer
    /// One piece of work, whichever, matches.
    case anyMatch
    /// The first match in the order given is known: all before it have their answers too.
    case firstMatch
}
