package import AuditCore

/// What alarms there are, and when.
package struct AlarmRules: Sendable {
    /// What follows from each kind; a kind that is not here has no alarms.
    package var actions: [AlarmKind: AlarmAction]
    /// Networks whose logins raise no alarm and teach nothing: webmail, relays, monitoring.
    package var quietNetworks: PrefixSet
    /// An AS that so many other users of this server come through is news to nobody; 0: each is.
    package var commonAS: Int

    /// Two places are apart if so many kilometres lie between them beside their radii.
    static let distance = 300.0
    /// Logins within this time are at once.
    static let atOnce = Duration.seconds(3600)
    /// So many ASs in a day are too many for one password.
    static let mostASNumbers = 5
    /// So many networks at once are too many for one account.
    static let mostNetworks = 10
    /// A password that was used from so many of these is the one that is to be suspended.
    static let ownNetworks = 6
    /// A place that is known within so many kilometres is a town.
    static let townRadius = 100.0
    /// Two towns are near if no more kilometres lie between their radii.
    static let near = 50.0
    /// A place that is known no closer than so many kilometres is an operator's gateway: it says little about where its customers are.
    static let gatewayRadius = 150.0
    /// A new AS may be the end of a journey if the account was used nowhere else for so many hours.
    static let leastJourney = 4.0
    /// So many kilometres an hour a journey goes, beyond the radii of its ends.
    static let journeySpeed = 120.0
    /// Nobody goes faster, in kilometres an hour, from one town to another that is further away than this.
    static let greatestSpeed = 250.0
    /// Towns that are no more kilometres apart, beyond their radii, may be one to MaxMind tomorrow.
    static let journeyDistance = 100.0
    /// How long a password must have been used before anything is new for it, and a place before it is a habit.
    static let history = Duration.seconds(14 * 86_400)
    /// A day.
    static let day = Duration.seconds(86_400)
    /// After so long an AS counts among those its user comes through.
    static let settling = Duration.seconds(3 * 86_400)
    /// So many passwords are suspended within an hour; beyond that it is our facts that are wrong, more likely than so many thefts.
    static let mostSuspensions = 10

    /// All kinds with the same action.
    ///
    /// - Parameter action: Where it is to suspend, revoked passwords are notified of only.
    package init(_ action: AlarmAction = .notify, quietNetworks: PrefixSet = PrefixSet(), commonAS: Int = 5) {
        actions = Dictionary(uniqueKeysWithValues: AlarmKind.allCases.map { ($0, action) })
        if action == .suspend { actions[.revokedTried] = .notify }
        (self.quietNetworks, self.commonAS) = (quietNetworks, commonAS)
    }

    /// Whether there is any alarm at all.
    package var isEmpty: Bool { actions.values.allSatisfy { $0 == .none } }

    /// What follows from a kind.
    func action(_ kind: AlarmKind) -> AlarmAction { actions[kind] ?? .none }
}
