internal import Locks

/// Writes failed logins to the audit trail, as many as the throttle lets through.
package final class FailureRecorder: Sendable {
    private let trail: AuditTrail
    private let throttle: Mutex<FailureThrottle>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Writes to `trail` what `throttle` lets through.
    ///
    /// - Parameters:
    ///   - trail: Where to.
    ///   - throttle: What lets lines through.
    ///   - now: The throttle's clock.
    package init(
        trail: AuditTrail, throttle: FailureThrottle = FailureThrottle(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.trail = trail
        self.throttle = Mutex(throttle)
        self.now = now
    }

    /// Takes a failed login; never waits. To be called when the answer has been sent.
    package func record(_ failure: FailureRecord) {
        let now = now()
        guard let suppressed = throttle.withLock({ $0.admit(failure.address, at: now) }) else { return }
        var failure = failure
        failure.suppressed = suppressed
        trail.submit(.failure(failure))
    }
}
