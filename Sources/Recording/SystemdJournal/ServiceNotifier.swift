internal import CSystemd
internal import Foundation

/// Tells the service manager how the service is doing (sd_notify(3)); does nothing where `NOTIFY_SOCKET` is not set.
package struct ServiceNotifier: Sendable {
    /// Tells whom `NOTIFY_SOCKET` names; nobody if that is not set.
    package init() {}

    /// Says that the service serves; also at the end of a reload.
    ///
    /// - Parameter status: One line for `systemctl status`.
    package func ready(status: String = "") { notify("READY=1", status) }

    /// Says that settings are being read anew; ``ready(status:)`` ends that.
    package func reloading() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        notify("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
    }

    /// Says that the service is ending.
    ///
    /// - Parameter time: How long that may take; the service manager waits for it, if it waits for less by itself.
    package func stopping(within time: Duration) {
        notify("STOPPING=1\nEXTEND_TIMEOUT_USEC=\(Int64(time / .microseconds(1)))")
    }

    /// How long the service manager waits for a sign of life before it restarts the service (`WatchdogSec=`); nil if it
    /// wants none.
    package var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        let wanted = unsafe sd_watchdog_enabled(0, &microseconds)
        return wanted > 0 ? .microseconds(Int64(clamping: microseconds)) : nil
    }

    /// Gives signs of life, two in each interval, until the task is cancelled; returns at once if none are wanted.
    ///
    /// - Parameter isAlive: Asked before each sign; none is given while it says false.
    package func keepAlive(while isAlive: @Sendable () async -> Bool = { true }) async {
        guard let interval = watchdogInterval else { return }
        while !Task.isCancelled {
            if await isAlive() { notify("WATCHDOG=1") }
            try? await Task.sleep(for: interval / 2)
        }
    }

    private func notify(_ state: String, _ status: String = "") {
        let status = status.isEmpty ? "" : "\nSTATUS=\(status.replacing("\n", with: " "))"
        unsafe _ = sd_notify(0, state + status)
    }
}
