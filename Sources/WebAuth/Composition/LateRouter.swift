import AppPasswordCore
import HTTPKit
import Logging
import Settings
import Locks

/// The router, which is made after the reloader that changes its settings.
final class LateRouter: Sendable {
    private let router = Mutex<Router?>(nil)
    private let troubles: Troubles

    /// Keeps a place for a router.
    ///
    /// - Parameter logger: Gets what was refused for its token, once a second at most.
    init(_ logger: Logger) { troubles = Troubles(logger) }

    /// The router, which follows reloads from now on.
    func make(_ routes: [Route], _ settings: Settings) -> Router {
        let made = Router(routes, settings: HTTPSettings(settings)) { [troubles] path, isMissing in
            troubles.note(
                "a request was refused: its bearer token is not the one of the settings",
                ["http.path": "\(path)", "http.token": isMissing ? "missing" : "wrong"])
        }
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
