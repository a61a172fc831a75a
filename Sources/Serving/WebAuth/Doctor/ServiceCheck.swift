import Doctor
import Foundation
import Settings

extension DoctorCheck {
    /// Whether the service runs, and whether the old program is out of its way.
    static func service(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("service") {
            let directories = ServiceUnit.directories
            return oldUnit(ServiceUnit.files("dovecot-web-auth.service", in: directories).first)
                + shadowedUnit(in: directories) + (await running(context))
        }
    }

    /// - Parameter path: The old program's unit; nil if there is none.
    static func oldUnit(_ path: String?) -> [Finding] {
        guard let path else { return [] }
        let aside = "mv \(PastedText.shellWord(path)) \(PastedText.shellWord(path + ".old"))"
        return [
            .warning(
                "service.old_unit", "\(path), the old program's unit, is still there",
                why: "both listen on port 8000: whichever starts first answers logins",
                change: "systemctl disable --now dovecot-web-auth.service && \(aside)",
                hints: ["systemctl disable --now dovecot-web-auth.service", aside, "systemctl daemon-reload"])
        ]
    }

    /// A unit from source stays in force when the package comes: upgrades would leave the program that runs as it is.
    static func shadowedUnit(in directories: [String]) -> [Finding] {
        let name = "web-auth.service"
        let files = ServiceUnit.files(name, in: directories)
        guard files.count > 1, let unit = ServiceUnit.find(name, in: directories) else { return [] }
        let program = unit.program.map { " and starts \($0)" } ?? ""
        let commands = [
            "rm \(PastedText.shellWord(files[0]))", "systemctl daemon-reload", "systemctl restart web-auth",
        ]
        return [
            .warning(
                "service.shadowed_unit", "\(files[0]) hides \(files[1])\(program)",
                why: "what an upgrade brings is not what runs",
                change: commands.joined(separator: " && "), hints: commands)
        ]
    }

    private static func stopped(_ places: String) -> Finding {
        .error(
            "service.stopped", "nobody listens on \(places)",
            why: "every login that is asked there ends with an internal failure",
            change: "systemctl enable --now web-auth; journalctl -u web-auth says why it ended",
            hints: ["systemctl enable --now web-auth", "journalctl -u web-auth -n 50"])
    }

    private static func running(_ context: DoctorContext) async -> [Finding] {
        guard let settings = context.settings(soundIn: "server") else { return [] }
        var silent: [String] = []
        for listener in settings.server.listeners where !(await LocalQuestion.isHeard(at: listener.address)) {
            if case .tcp(_, 0) = listener.address { continue }
            silent.append("\(listener.address)")
        }
        guard silent.isEmpty else { return [stopped(silent.joined(separator: ", "))] }
        guard let place = settings.server.plainPlaces.first else { return [] }
        let answer = await LocalQuestion.ask("/readyz", of: place)
        switch answer {
        case .refused: return [stopped("\(place)")]
        case .silent:
            return [
                .error(
                    "service.silent", "\(place) does not answer within 5 s",
                    why: "logins wait, and end with an internal failure",
                    change: "systemctl restart web-auth", hints: ["systemctl restart web-auth"])
            ]
        case .answer(let status, let body) where status == 503 && body.contains(": "):
            let lines = body.split(whereSeparator: \.isNewline).filter { !$0.contains(": ok") }
            return [
                .error(
                    "service.unready", "the service cannot ask a back end: \(lines.joined(separator: "; "))",
                    why: "logins are answered 503",
                    change: "the settings it runs with may be older than the file: systemctl restart web-auth",
                    hints: ["systemctl restart web-auth"])
            ]
        case .answer(let status, let body) where status != 200 || !body.contains("spool"):
            return [
                .error(
                    "service.other", "something else answers on \(place) (\(status))",
                    why: "Dovecot asks it in place of the service",
                    change: "stop it, or server.port = …; ss -ltnp shows who it is",
                    hints: ["ss -ltnp 'sport = :\(place.port)'"])
            ]
        case .answer: return []
        }
    }
}

extension Settings.Server {
    /// Where it listens without TLS: addresses and ports that are known.
    var plainPlaces: [HostAndPort] {
        listeners.compactMap { listener in
            guard listener.tls == nil, case .tcp(let host, let port) = listener.address, port != 0 else { return nil }
            return HostAndPort(host: host, port: port)
        }
    }
}
