/// Does work until something else is over: whichever ends first ends the other, and both are waited for.
///
/// - Parameters:
///   - work: Ends at once when it is cancelled.
///   - end: What ends the work, such as a sleep; ends at once when it is cancelled.
/// - Returns: What the work returned; nil if it was not done by then.
package func race<Value: Sendable>(
    _ work: @escaping @Sendable () async -> Value, against end: @escaping @Sendable () async -> Void
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await work() }
        group.addTask {
            await end()
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
}
