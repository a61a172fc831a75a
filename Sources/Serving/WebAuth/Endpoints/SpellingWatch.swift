import AppPasswordCore
import AuditCore
import Locks
import Logging

/// Says once of each app password that a refused login missed it only for its capitals.
///
/// Such a login is refused rightly, and neither the user nor the administrator would ever see why. Rows are looked for after
/// the answer, one login at a time and ten a second at most; of a flood some are looked at. Found are rows of the usual
/// spellings (all small, all capital, words with capitals), and what a database that ignores case has of any; `app-password
/// audit` finds the others.
struct SpellingWatch: Sendable {
    private let logins: AsyncStream<String>
    private let input: AsyncStream<String>.Continuation
    private let store: @Sendable () -> any AppPasswordStore
    private let logger: Logger
    private let pause: Duration

    /// More rows than an administrator reads about.
    private static let mostRows = 10_000

    /// Makes a watch over the store that is in force.
    init(logger: Logger, pause: Duration = .milliseconds(100), store: @escaping @Sendable () -> any AppPasswordStore) {
        (logins, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(64))
        (self.logger, self.pause, self.store) = (logger, pause, store)
    }

    /// Takes a login that an app password might have let in; never waits.
    func refused(_ login: String) {
        if login.isPlausibleLogin { input.yield(login) }
    }

    /// Looks for rows until it is cancelled.
    func run() async {
        var told: Set<Int64> = []
        for await login in logins where told.count < Self.mostRows {
            for row in await rows(near: login) where told.insert(row.id).inserted {
                logger.warning(
                    "a login was refused, and there is an app password for the same name in other capitals",
                    metadata: [
                        "login.name": "\(login.auditEscaped(for: .name))", "password.id": "\(row.id)",
                        "password.name": "\(row.uid.auditEscaped(for: .name))",
                    ])
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Rows in force whose name differs from the login in nothing but capitals. Trouble is the logins' own to tell.
    private func rows(near login: String) async -> [AppPassword] {
        let folded = login.lowercased()
        let rows: [AppPassword]
        do throws(BackendError) { rows = try await store().passwords(of: Self.spellings(of: login)) } catch {
            return []
        }
        return rows.filter {
            !$0.isDeleted && !$0.uid.utf8.elementsEqual(login.utf8)
                && $0.uid.lowercased().utf8.elementsEqual(folded.utf8)
        }
    }

    /// The login as it is and as people write names: `DAVE@EXAMPLE.COM`, `dave@example.com`, `Dave.Miller@example.com`,
    /// `Dave.miller@example.com`, `Dave.Miller@Example.Com`.
    static func spellings(of login: String) -> [String] {
        let small = login.lowercased()
        let end = small.firstIndex(of: "@") ?? small.endIndex
        let local = String(small[..<end])
        let all = [
            login, small, login.uppercased(), small.prefix(1).uppercased() + small.dropFirst(),
            words(local) + small[end...], words(small),
        ]
        var spellings: [String] = []
        for spelling in all where !spellings.contains(where: { $0.utf8.elementsEqual(spelling.utf8) }) {
            spellings.append(spelling)
        }
        return spellings
    }

    /// Each word with a capital.
    private static func words(_ text: String) -> String {
        var result = ""
        var isFirst = true
        for character in text {
            result += isFirst ? character.uppercased() : String(character)
            isFirst = !character.isLetter && !character.isNumber
        }
        return result
    }
}
