import AppPasswordCore
import AuditCore
import Doctor
import Foundation
import JournalReader
import Report
import Settings
import StrictJSON

/// Looks for what an accepted login has to leave behind.
struct LoginEvidence: Sendable {
    private let id: Int64
    private let address: IPAddress
    private let settings: Settings
    private let start = Timestamp.now
    /// How long each jsonl file was before the login.
    private let sizes: [String: UInt64]

    /// To be made before the login.
    init(id: Int64, address: IPAddress, settings: Settings) {
        (self.id, self.address, self.settings) = (id, address, settings)
        sizes = Dictionary(
            settings.audit.sinks.compactMap { sink -> (String, UInt64)? in
                guard case .jsonl(let path) = sink else { return nil }
                let size = (try? FileManager.default.attributesOfItem(atPath: path.resolved))?[.size] as? UInt64
                return (path.resolved, size ?? 0)
            }
        ) { first, _ in first }
    }

    /// What row and record may take: facts are waited for, and a database that was away.
    private var patience: Duration { settings.lookup.timeout + .seconds(10) }

    /// Why there will be no audit record that could be looked for.
    var whyNoRecord: String? {
        let isLocal = address.isPrivate || settings.audit.localNetworks.contains { $0.prefix.contains(address) }
        if isLocal, !settings.audit.logLocal { return "\(address) is local, and audit.log_local is false" }
        if settings.audit.ignoreNetworks.contains(where: { $0.contains(address) }) {
            return "\(address) is in audit.ignore_networks"
        }
        let isReadable = settings.audit.sinks.contains { $0 != .stderr }
        return isReadable ? nil : "audit records go to standard error"
    }

    /// Why the row is not there; nil if it is.
    func rowTrouble(_ database: any AppPasswordAdministration, _ isInterrupted: () -> Bool) async -> Finding? {
        var words = "no row of it came within \(patience.components.seconds) s"
        let isThere = await wait(isInterrupted) {
            do throws(BackendError) {
                let rows = try await database.history(id: id, limit: 10, offset: 0) ?? []
                return rows.contains { $0.sourceAddress.flatMap { IPAddress($0) } == address }
            } catch {
                words = error.debugDescription
                return false
            }
        }
        if isThere { return nil }
        return .error(
            "login.log", "the login is not in the table log: \(words)",
            why: "users do not see where their app passwords are used",
            change:
                "the service's log (journalctl -u web-auth) says what keeps rows in the spool; doctor without --login tries its rights",
            hints: ["journalctl -u web-auth -n 50"])
    }

    /// Why the record is not there; nil if every sink that can be read has it.
    func recordTrouble(_ isInterrupted: () -> Bool) async -> Finding? {
        for sink in settings.audit.sinks {
            let isThere: Bool
            let name: String
            switch sink {
            case .stderr: continue
            case .journal:
                name = "the journal"
                isThere = await wait(isInterrupted) { isInJournal }
            case .jsonl(let path):
                name = path.resolved
                isThere = await wait(isInterrupted) { isIn(path.resolved) }
            }
            if isThere { continue }
            return .error(
                "login.record", "the login is not in \(name)", why: "nobody sees afterwards who logged in from where",
                change: "GET /readyz has a line for each sink; the service's log names what it cannot write",
                hints: settings.server.plainPlaces.prefix(1).map { "curl http://\($0)/readyz" })
        }
        return nil
    }

    private var isInJournal: Bool {
        let now = Timestamp.now
        guard
            var input = try? JournalInput(
                .machine, since: start.advanced(by: .seconds(-1)), until: now.advanced(by: .seconds(60)))
        else { return false }
        while let record = try? input.next() {
            if record.passwordID == Int(id), record.address == address.description { return true }
        }
        return false
    }

    /// Looks at what was appended.
    private func isIn(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        let size = (try? file.seekToEnd()) ?? 0
        // It may have been rotated meanwhile.
        let from = sizes[path].map { $0 <= size ? $0 : 0 } ?? 0
        guard (try? file.seek(toOffset: from)) != nil, let data = try? file.read(upToCount: 64 << 20) else {
            return false
        }
        return data.split(separator: UInt8(ascii: "\n")).contains { line in
            guard let value = try? JSONValue(parsing: Array(line)) else { return false }
            return value["password"]?.integer == Int(id) && value["ip"]?.string == address.description
        }
    }

    /// Asks again and again, for as long as it may take.
    private func wait(_ isInterrupted: () -> Bool, _ isThere: () async -> Bool) async -> Bool {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end, !isInterrupted() {
            if await isThere() { return true }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
