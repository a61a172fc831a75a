import AppPasswordCore

/// Waits for `body`, but no longer than `limit`: then it is cancelled, and this throws `.timedOut`.
///
/// `body` must end soon after it is cancelled.
func withDeadline<Value: Sendable>(
    _ limit: Duration, _ time: MonotonicTime,
    _ body: @escaping @Sendable () async throws(PasswordVerifierError) -> Value
) async throws(PasswordVerifierError) -> Value {
    typealias Outcome = Result<Value, PasswordVerifierError>
    let outcome = await withTaskGroup(of: Outcome?.self) { group in
        group.addTask {
            do throws(PasswordVerifierError) {
                return Outcome.success(try await body())
            } catch {
                return Outcome.failure(error)
            }
        }
        group.addTask {
            // nil: the sleep was cut short, as the body ended or the caller was cancelled.
            do { try await time.sleep(limit) } catch { return nil }
            return Outcome.failure(.timedOut)
        }
        defer { group.cancelAll() }
        for await outcome in group {
            if let outcome { return outcome }
        }
        return Outcome.failure(.timedOut)
    }
    return try outcome.get()
}
