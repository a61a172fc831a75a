import AuditCore
import Doctor
import PasswordSchemes
import RedisClient
import RedisSharing
import Settings

extension DoctorCheck {
    /// The Redis of `[shared]`: whether it answers, and lets the service do what counting together takes.
    static func shared(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("shared") {
            guard let settings = context.settings(soundIn: "cache", "shared"), settings.shared.secret != nil else {
                return []
            }
            let client = RedisClient(RedisClient.Configuration(settings.shared.server))
            do throws(LookupError) {
                try await client.ping()
                try await RedisGuesses(client, GuessLimits()) { _ in }.rehearse(telling: EndSignal.channel)
                return []
            } catch {
                return [.shared(error, settings.shared.server)]
            }
        }
    }
}

extension Finding {
    fileprivate static func shared(_ error: LookupError, _ server: Settings.RedisPlace) -> Finding {
        let words = error.detail.isEmpty ? error.code.name : error.detail
        let isRefused = ["AUTH", "WRONGPASS", "NOPERM"].contains { words.contains($0) }
        return .warning(
            isRefused ? "shared.access" : "shared.unreachable", "\(server.description): \(words)",
            why: "each server counts guesses by itself: several let through several times as many",
            change: isRefused
                ? "shared.user and shared.password, or what this user may do: docs/settings.md, [shared]"
                : "shared.host, shared.port, shared.hosts or shared.unix_socket; what is left out is as in [cache]")
    }
}
