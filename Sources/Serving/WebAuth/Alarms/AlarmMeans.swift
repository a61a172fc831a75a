import Alarms
import AppPasswordCore
import AuditCore
import LDAPDirectory
import Settings

/// What alarms do, of the settings and back ends in force.
struct AlarmMeans: Sendable {
    /// `[alarms]`.
    var settings: Settings.Alarms
    /// Suspends an app password; false if it is suspended already, or gone.
    var suspend: @Sendable (Int64) async throws(BackendError) -> Bool
    /// What its owner calls an app password; nil if nobody knows.
    var comment: @Sendable (Int64) async -> String?
    /// Addresses of a user that his mailbox's thief cannot read.
    var addresses: @Sendable (_ user: String) async -> [MailAddress]
}

extension AlarmMeans {
    /// More addresses than anybody has.
    private static let mostAddresses = 4

    /// What a snapshot has.
    init(_ snapshot: Snapshot) {
        let (database, directory) = (snapshot.backEnds.database.administration, snapshot.backEnds.directory)
        let attribute = snapshot.settings.alarms.notifyAttribute
        self.init(
            settings: snapshot.settings.alarms,
            suspend: { id async throws(BackendError) in try await database.suspend(id: id) },
            comment: { id in
                // The row's own spelling of the name, which may not be the one that was typed.
                guard id > .min, let row = try? await database.rows(after: id - 1, limit: 1).first?.password,
                    row.id == id
                else { return nil }
                return (try? await database.list(uid: row.uid))?.first { $0.id == id }?.comment
            },
            addresses: { user in
                guard let attribute, let directory,
                    let values = try? await directory.values(of: attribute, for: user)
                else { return [] }
                // The mailbox itself is what its thief reads.
                let others = values.filter { $0.lowercased() != user.lowercased() }
                return Array(others.compactMap { MailAddress($0) }.prefix(Self.mostAddresses))
            })
    }
}

extension AlarmRules {
    /// The settings of `[alarms]`.
    init(_ settings: Settings.Alarms) {
        self.init(quietNetworks: PrefixSet(settings.quietNetworks), commonAS: settings.commonAS)
        actions = settings.actions
    }
}
