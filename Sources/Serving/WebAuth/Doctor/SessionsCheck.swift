import AppPasswordCore
import Doctor
import Doveadm
import Settings

extension DoctorCheck {
    /// The mail servers whose sessions are to be ended: whether doveadm answers and takes our key.
    static func sessions(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("sessions") {
            guard let settings = context.settings(soundIn: "dovecot")?.dovecot, let key = settings.apiKey else {
                return []
            }
            let client = DoveadmClient()
            var findings: [Finding] = []
            for name in settings.doveadm {
                do throws(SessionServerError) {
                    // Nobody's: what counts is that it is answered.
                    _ = try await DoveadmServer(url: name, key: key, client: client).sessions(
                        of: "dovecot-web-auth-doctor")
                } catch {
                    findings.append(.unanswered(name, error))
                }
            }
            await client.shutDown()
            return findings
        }
    }
}

extension Finding {
    fileprivate static func unanswered(_ name: String, _ error: SessionServerError) -> Finding {
        .warning(
            error.code == .unauthorized ? "sessions.key" : "sessions.unreachable", "\(name): \(error.description)",
            why: "sessions of app passwords that are revoked, suspended or over stay open there",
            change: error.code == .unauthorized
                ? "dovecot.api_key: it has to be Dovecot's doveadm_api_key"
                : "dovecot.doveadm, or in Dovecot service doveadm { inet_listener http { … } } and doveadm_api_key",
            hints: ["doveconf doveadm_api_key service/doveadm"])
    }
}
