/// Waits for nothing but cancellation.
func untilCancelled() async { try? await Task.sleep(for: .seconds(3600)) }
