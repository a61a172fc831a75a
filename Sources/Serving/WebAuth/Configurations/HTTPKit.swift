import AppPasswordCore
import HTTPKit
import Settings

extension HTTPSettings {
    /// Limits and token as the settings have them.
    init(_ settings: Settings) {
        var limits = HTTPLimits()
        limits.maxBody = settings.server.maximumBody
        limits.maxInFlight = settings.server.maximumInFlight
        self.init(limits: limits, token: settings.server.token.flatMap { BearerToken($0.revealed) })
    }
}

extension TLSFiles {
    /// The files of one `[[server.listen]]`.
    init(_ paths: Settings.Listener.TLS) {
        self.init(
            certificate: paths.certificate.resolved, key: paths.key.resolved, clientCA: paths.clientCA?.resolved)
    }
}
