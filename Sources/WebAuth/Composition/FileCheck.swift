import AuditCore
import GeoIP
import Logging
import Settings

/// What there is to say of the files that settings name, all of it in one go: MaxMind's files, the list of RDAP servers,
/// the deny lists, what the listeners need.
struct FileCheck: Sendable {
    /// What is wrong, each with its place.
    var problems: [String] = []
    /// What an administrator should know, though nothing is wrong.
    var notes: [String] = []
    /// How many entries each list has, and in which form it is if it has not a line for each.
    var counts: [(list: ListKey, entries: Int, format: String?)] = []

    /// Opens and reads them all, and asks nobody.
    init(_ settings: Settings) {
        let logger = Logger.program(level: .warning)
        var geo: MMDBGeoSource?
        var listenerNotes: [String] = []
        do throws(SetupFailure) { geo = try BackEnds.openGeo(settings, logger: logger) } catch {
            problems += error.problems
        }
        do throws(SetupFailure) { listenerNotes = try Listeners(settings).notes(at: .now) } catch {
            problems += error.problems
        }
        do throws(SetupFailure) {
            _ = try Lookups.clients(settings, makesFiles: false, logger)
        } catch { problems += error.problems }
        do throws(SetupFailure) {
            let policy = try LoadedPolicy(settings, sources: FactSources()) { _ in }
            notes = policy.notes + (geo?.notes(for: policy.counts, at: .now) ?? [])
            counts = policy.counts.map { ($0.list, $0.entries, policy.formats[$0.list]) }
            problems += policy.problems
        } catch { problems += error.problems }
        notes += listenerNotes
    }
}
