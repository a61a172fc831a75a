import AppPasswordCore
import HTTPKit
import Settings
import Locks

/// The router, which is made after the reloader that changes its settings.
final class LateRouter: Sendable {
    private let router = Mutex<Router?>(nil)

    /// Makes the router.
    func make(_ routes: [Route], _ settings: Settings) -> Router {
        let made = Router(routes, settings: HTTPSettings(settings))
        router.withLock { $0 = made }
        return made
    }

    /// Takes limits and token into use.
    func use(_ settings: Settings) { router.withLock { $0 }?.settings = HTTPSettings(settings) }
}

extension HTTPSettings {
    /// Limits and token as the settings have them.
    init(_ settings: Settings) {
        var limits = HTTPLimits()
        limits.maxBody = settings.server.maximumBody
        limits.maxInFlight = settings.server.maximumInFlight
        self.init(limits: limits, token: settings.server.token.flatMap { BearerToken($0.revealed) })
    }
}
