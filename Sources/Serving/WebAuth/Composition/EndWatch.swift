import AppPasswordCore
import AuditCore
import Logging

/// Announces the ends of app passwords while the service runs, whatever database is in force.
struct EndWatch: Sendable {
    private let passwords: @Sendable () -> any EndingPasswords
    private let lastUse: @Sendable (Int64) -> Timestamp?
    private let announce: @Sendable (PasswordEnding) -> Void
    private let logger: Logger

    /// How often it looks, give or take a tenth: servers that were started together do not look together for ever.
    private static var pause: Duration { .seconds(300) * Double.random(in: 0.9..<1.1) }

    init(
        logger: Logger, lastUse: @escaping @Sendable (Int64) -> Timestamp?,
        passwords: @escaping @Sendable () -> any EndingPasswords, announce: @escaping @Sendable (PasswordEnding) -> Void
    ) {
        (self.logger, self.lastUse, self.passwords, self.announce) = (logger, lastUse, passwords, announce)
    }

    /// Looks until it is cancelled.
    func run() async {
        var trouble: String?
        repeat {
            do throws(BackendError) {
                try await EndAnnouncer(passwords(), lastUse: lastUse, announce: announce).lookAround()
                trouble = nil
            } catch {
                // A database that stays away is said once: logins say it, too.
                if trouble == nil, !Task.isCancelled {
                    logger.warning(
                        "ends of app passwords cannot be announced", metadata: ["reason": "\(error.debugDescription)"])
                }
                trouble = error.debugDescription
            }
        } while (try? await Task.sleep(for: Self.pause)) != nil
    }
}
