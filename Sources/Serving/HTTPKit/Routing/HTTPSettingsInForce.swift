import Locks

/// Limits and token in force: made before the routes that may come to change them.
package final class HTTPSettingsInForce: Sendable {
    private let settings: Mutex<HTTPSettings>

    /// These are in force until others are set.
    package init(_ settings: HTTPSettings = HTTPSettings()) { self.settings = Mutex(settings) }

    /// What is in force, as one. Setting it takes effect with the next request.
    package var current: HTTPSettings {
        get { settings.withLock { $0 } }
        set { settings.withLock { $0 = newValue } }
    }
}
