import AuditCore
import GeoIP

extension MMDBGeoSource {
    /// What an administrator should know of the files: that one is old, or lacks what a list in force compares.
    ///
    /// - Parameter lists: The configured lists and how many entries each has.
    func notes(for lists: [(list: ListKey, entries: Int)], at now: Timestamp) -> [String] {
        let old = databases.filter { $0.isOld(at: now) }.map { database in
            "audit.maxmind.\(database.name): \(database.path) is \(database.ageInDays(at: now)) days old: does geoipupdate run?"
        }
        let held = databases.reduce(into: GeoDetails()) { $0.formUnion($1.details) }
        let lacking = lists.filter { list, entries in
            // AS numbers and names come from elsewhere, too; places do not.
            let wanted = list.kind.geoDetails.intersection([.geonameIDs, .coordinates])
            return entries > 0 && !wanted.isEmpty && held.isDisjoint(with: wanted)
        }
        return old
            + lacking.map { list, _ in
                let subject = list.kind.geoDetails.contains(.coordinates) ? "points" : "geoname ids"
                let types = databases.map { $0.type.visible(limit: 60) }.joined(separator: ", ")
                return "audit.lists.\(list): its lines meet nobody, for \(types) has no \(subject)"
            }
    }
}

extension GeoDatabase {
    /// A line of `/readyz`.
    func statusLine(at now: Timestamp) -> String {
        let age = ageInDays(at: now)
        return
            "geo \(name): \(isOld(at: now) ? "old" : "ok") (\(type.visible(limit: 60)), \(age) \(age == 1 ? "day" : "days") old)"
    }
}
