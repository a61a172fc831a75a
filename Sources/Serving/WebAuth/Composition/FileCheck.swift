import AuditCore
import Foundation
import GeoIP
import Logging
import Settings

/// What there is to say of the files that settings name, all of it in one go: MaxMind's files, the list of RDAP servers,
/// the deny lists, what the listeners need.
struct FileCheck: Sendable {
    /// What is wrong with MaxMind's files, each with its place.
    private(set) var geoProblems: [String] = []
    /// What is wrong with the list of RDAP servers and the resolvers.
    private(set) var lookupProblems: [String] = []
    /// What is wrong with what listeners need.
    private(set) var listenerProblems: [String] = []
    /// What is wrong with lists.
    private(set) var listProblems: [String] = []
    /// What an administrator should know of MaxMind's files, though nothing is wrong.
    private(set) var geoNotes: [String] = []
    /// The same of listeners.
    private(set) var listenerNotes: [String] = []
    /// The same of lists.
    private(set) var listNotes: [String] = []
    /// The same of what sends mails of alarms.
    private(set) var alarmNotes: [String] = []
    /// How many entries each list has, and in which form it is if it has not a line for each.
    var counts: [(list: ListKey, entries: Int, format: String?)] = []

    /// Everything that is wrong.
    var problems: [String] { geoProblems + listenerProblems + lookupProblems + listProblems }
    /// Everything that an administrator should know.
    var notes: [String] { listNotes + geoNotes + listenerNotes + alarmNotes }

    /// Opens and reads them all, and asks nobody.
    init(_ settings: Settings) {
        let logger = Logger.program(level: .warning)
        var geo: MMDBGeoSource?
        do throws(SetupFailure) { geo = try BackEnds.openGeo(settings, logger: logger) } catch {
            geoProblems = error.problems
        }
        do throws(SetupFailure) { listenerNotes = try Listeners(settings).notes(at: .now) } catch {
            listenerProblems = error.problems
        }
        do throws(SetupFailure) {
            _ = try Lookups.clients(
                LookupConfiguration(settings, makesFiles: false), place: settings.lookup.rdap.bootstrapPlace, logger)
        } catch { lookupProblems = error.problems }
        do throws(SetupFailure) {
            let policy = try LoadedPolicy(settings, sources: FactSources()) { _ in }
            listNotes = policy.notes
            geoNotes = geo?.notes(for: policy.counts, at: .now) ?? []
            counts = policy.counts.map { ($0.list, $0.entries, policy.formats[$0.list]) }
            listProblems = policy.problems
        } catch { listProblems = error.problems }
        let alarms = settings.alarms
        if !alarms.mailTo.isEmpty || alarms.notifyAttribute != nil, access(alarms.sendmail, X_OK) != 0 {
            alarmNotes = ["alarms.sendmail: \(alarms.sendmail) is no program that can be run: mails cannot be sent"]
        }
    }
}
