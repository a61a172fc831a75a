import AuditCore
import DNSResolver
import Doctor
import Logging
import Settings

extension DoctorCheck {
    /// The resolver: whether and how fast it answers.
    static func resolver(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("dns") {
            guard let settings = context.settings(soundIn: "lookup"), !settings.lookup.isOffline else { return [] }
            // What cannot be opened has been said of the files.
            guard
                let clients = try? Lookups.clients(
                    LookupConfiguration(settings, makesFiles: false), place: nil, .program(level: .error))
            else {
                return []
            }
            // A root server: its name is known everywhere, and whoever is asked for it learns nothing.
            guard let address = IPAddress("198.41.0.4") else { return [] }
            let start = ContinuousClock.now
            let answer = await clients.resolver.fact(about: address)
            let time = ContinuousClock.now - start
            return findings(answer.fact, time, settings.lookup.dns)
        }
    }

    private static func findings(
        _ answer: Fact<PTRNames>, _ time: Duration, _ settings: Settings.DNS
    ) -> [Finding] {
        let change =
            "lookup.dns.servers, or the nameserver in /etc/resolv.conf: a resolver on this machine (unbound) is best"
        switch answer {
        case .unavailable(let error):
            return [
                .error(
                    "dns.unanswered", "the resolver does not answer: \(error.code.name)",
                    why:
                        "names of clients and Team Cymru's answers are missing, and lists that need them decide by audit.on_unknown",
                    change: change)
            ]
        case .known, .absent:
            guard time > settings.timeout / 2 else { return [] }
            return [
                .warning(
                    "dns.slow",
                    "the resolver took \(time.milliseconds) ms, and lookup.dns.timeout is \(settings.timeout.milliseconds) ms",
                    why: "names come too late for lists that need them", change: change)
            ]
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
