package import AppPasswordCore
internal import AuditCore

extension Settings {
    /// A `[[auth.templates]]`: limits that `app-password add --template NAME` gives.
    package struct LimitTemplate: Sendable, Equatable {
        /// What it is called.
        package var name: String
        /// Its limits, but for the end.
        package var limits = Limits()
        /// How long a password lasts from when the template is applied; nil: it has no end.
        package var expires: Duration?

        /// - Returns: nil if it has no name, which has been reported.
        init?(reading table: TableReader) {
            name = table.string("name", default: "")
            func list(_ key: String, _ column: Int, _ wanted: String) -> [String]? {
                var columns = [String?](repeating: nil, count: StoredLimits.columnNames.count)
                let entries = table.elements(key, wants: wanted) { text -> String? in
                    columns[column] = text
                    let isOne = !text.contains(",")
                    return isOne && (try? StoredLimits(columns: columns, now: nil, lastUse: nil).read()) != nil
                        ? text : nil
                }
                return entries.isEmpty ? nil : entries
            }
            let columns: [String?] = [
                list("services", 0, "a service as Dovecot names it"), list("networks", 1, "a network in CIDR form"),
                list("countries", 2, "a country's two letters"), list("as_numbers", 3, "an AS number"),
            ].map { $0?.joined(separator: ",") }
            let rest = [String?](repeating: nil, count: StoredLimits.columnNames.count - columns.count)
            limits = (try? StoredLimits(columns: columns + rest, now: nil, lastUse: nil).read()) ?? Limits()
            let expires = table.duration("expires", default: .zero)
            self.expires = expires == .zero ? nil : expires
            let unused = table.integer("unused_days", default: 0, in: 0...StoredLimits.mostDays)
            limits.unusedDays = unused == 0 ? nil : unused
            let bind = table.string("bind", default: "")
            limits.binding = Limits.Binding(rawValue: bind)
            if !bind.isEmpty, limits.binding == nil {
                table.problem("bind", "\(Displayed.quoted(bind)) is not one of country, asn, network")
            }
            table.finish()
            guard table.isPresent else { return nil }
            guard !name.isEmpty else {
                table.missing("name", "must be set: app-password add --template takes it")
                return nil
            }
            let limiting = ["services", "networks", "countries", "as_numbers", "expires", "unused_days", "bind"]
            if !limiting.contains(where: { table.isSet($0) }) {
                table.problem("name", "limits nothing: give the template services, networks, expires or another limit")
            }
        }
    }
}
