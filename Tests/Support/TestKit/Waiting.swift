package import Testing

/// Waits until it is so, for 30 s of the system's clock at most: then the test has failed, where it began to wait.
///
/// - Returns: Whether it is so.
@discardableResult
package func waitUntil(
    _ isSo: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(30)
    while !isSo() {
        guard ContinuousClock.now < deadline else {
            Issue.record("it was not so within 30 s", sourceLocation: sourceLocation)
            return false
        }
        await Task.yield()
    }
    return true
}
