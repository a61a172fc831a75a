/// Something that happens once and that tasks wait for, no longer than they like.
package final class Latch: Sendable {
    private let happened: AsyncStream<Never>
    private let end: AsyncStream<Never>.Continuation

    /// Makes a latch that has not been opened.
    package init() { (happened, end) = AsyncStream.makeStream() }

    /// Says that it has happened.
    package func open() { end.finish() }

    /// Waits until it has happened, for one task at a time.
    package func wait() async {
        for await _ in happened {}
    }

    /// Waits until it has happened, or the time is over.
    package func wait(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
