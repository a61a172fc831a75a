/// A key that only a restart takes into use.
struct RestartKey: Sendable {
    /// As it is written in messages: `server.port`.
    let name: String
    /// Whether it has another value in other settings.
    let differs: @Sendable (Settings, Settings) -> Bool

    /// A key of one setting.
    init<Value: Equatable & SendableMetatype>(_ name: String, _ path: any KeyPath<Settings, Value> & Sendable) {
        self.name = name
        differs = { $0[keyPath: path] != $1[keyPath: path] }
    }

    /// A key of which more has to be known to tell whether it matters.
    init(_ name: String, differs: @escaping @Sendable (Settings, Settings) -> Bool) {
        (self.name, self.differs) = (name, differs)
    }
}

extension Settings {
    /// The keys with another value than in the settings that the program was started with, and that are only read then.
    package func restartNeeded(since start: Settings) -> [String] {
        let keys =
            Server.restartKeys + Database.restartKeys + Audit.restartKeys + Log.restartKeys + Auth.restartKeys
            + Shared.restartKeys
        return keys.filter { $0.differs(self, start) }.map(\.name)
    }
}
