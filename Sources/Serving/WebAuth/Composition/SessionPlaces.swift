import AppPasswordCore
import AuditCore

/// Where the sessions of a password may come from.
enum SessionPlaces {
    /// Addresses of the last logins that were let in, besides those that are known, in canonical text: at most 16.
    static func addresses(
        of id: Int64, _ database: any AppPasswordAdministration, _ known: [String] = []
    ) async -> [String] {
        var addresses: [String] = []
        let rows = (try? await database.history(id: id, limit: 200, offset: 0)) ?? []
        // What no address is would be a name or a pattern to a mail server.
        let texts = known + rows.filter { $0.refusal == nil }.compactMap(\.sourceAddress)
        for address in texts.lazy.compactMap({ IPAddress($0)?.description }) where !addresses.contains(address) {
            if addresses.count < 16 { addresses.append(address) }
        }
        return addresses
    }
}
