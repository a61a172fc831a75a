import Doctor
import Foundation
import ListSource
import Settings

extension DoctorCheck {
    /// The deny lists, MaxMind's files and the list of registries, opened and read.
    static func lists(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("lists") {
            guard let settings = context.settings(soundIn: "lookup") else { return [] }
            let files = FileCheck(settings)
            let lines = files.listProblems.map { problem in
                problem.hasSuffix(" cannot be read")
                    ? Finding.error(
                        "lists.unreadable", problem, why: "the service does not start with it",
                        change: "\(problem.place): let the user \(context.user.name) read that file")
                    : Finding.error(
                        "lists.line", problem,
                        why: "the line is skipped at the start (of a bad end only the end is), and a reload is refused",
                        change: "\(problem.place): write what the list takes (docs/lists.md)")
            }
            let notes = files.listNotes.map {
                Finding.warning(
                    "lists.note", $0, why: "the list may not keep out whom it is meant to", change: $0.place)
            }
            let lookups = files.lookupProblems.map {
                Finding.error(
                    "lookup.files", $0, why: "the service does not start with it", change: $0.place)
            }
            let listeners = files.listenerProblems.map {
                Finding.error(
                    "settings.server.listen", $0, why: "the service does not start with it", change: $0.place)
            }
            let listenerNotes = files.listenerNotes.map {
                Finding.warning(
                    "settings.note.server.listen", $0, why: "Dovecot may not get at the service, or soon will not",
                    change: $0.place)
            }
            let places = files.geoProblems.map {
                Finding.error(
                    "places.file", $0, why: "the service does not start with it",
                    change: "\($0.place): a GeoLite2 or GeoIP2 file, as geoipupdate fetches it")
            }
            let geoNotes = files.geoNotes.map { note in
                let isOld = note.contains(" days old")
                return Finding.warning(
                    isOld ? "places.old" : "places.lacking", note,
                    why: isOld
                        ? "networks move, and logins are judged by where they were" : "the list keeps nobody out",
                    change: isOld
                        ? "systemctl enable --now geoipupdate.timer"
                        : "audit.maxmind.city: a City file (GeoLite2-City)",
                    hints: isOld ? ["systemctl enable --now geoipupdate.timer", "geoipupdate -v"] : [])
            }
            let alarmNotes = files.alarmNotes.map {
                Finding.warning(
                    "settings.note.alarms.sendmail", $0, why: "nobody has a mail of alarms and of ends that are near",
                    change: "alarms.sendmail, or install what sends mails (postfix, msmtp-mta)")
            }
            return lines + notes + listeners + listenerNotes + lookups + places + geoNotes + alarmNotes
                + (await source(settings))
        }
    }

    /// Where lists come from that many servers share.
    private static func source(_ settings: Settings) async -> [Finding] {
        guard let configuration = ListSource.Configuration(settings) else { return [] }
        let kept = settings.keptLists
        guard case .failure(let error) = await ListSource(configuration).lookAside(besides: kept, at: .now)
        else { return [] }
        let problems = error.problems.map { $0.hasPrefix("lists.source: ") ? String($0.dropFirst(14)) : $0 }
        let what = "lists.source: \(problems.joined(separator: "; "))"
        let change = "lists.source, lists.public_key, lists.ca, or what is there (web-auth-server lists verify)"
        return [
            kept == nil
                ? .error(
                    "lists.source", what, why: "there are no lists yet, and the service does not start without them",
                    change: change)
                : .warning("lists.source", what, why: "the lists that were kept stay in force", change: change)
        ]
    }
}

extension String {
    /// What is before the message: `lists/net_cc.deny.lst:12:1`.
    fileprivate var place: String { range(of: ": ").map { String(self[..<$0.lowerBound]) } ?? self }
}
