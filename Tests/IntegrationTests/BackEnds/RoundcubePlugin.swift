import CCrypt
import Foundation

/// What the webmail's plugin does when a user manages app passwords: its statements, with its own user's rights.
struct RoundcubePlugin {
    /// One line of the list of a user's passwords.
    struct Listed: Equatable {
        var id: Int
        var created: String
        var comment: String?
        var lastUsed: String?
        var lastAddress: String?
    }

    let site: MailSite

    /// Makes a password, shows it once, and stores its hash.
    func add(_ user: String) async throws -> String {
        let password = Self.password()
        try await site.webmail(
            """
            INSERT INTO app_passwords (uid, password, created) \
            VALUES (\(Self.quoted(user)), \(Self.quoted(Self.hash(password))), UTC_TIMESTAMP())
            """)
        return password
    }

    /// The user's passwords that are not revoked, with their last uses.
    func list(_ user: String) async throws -> [Listed] {
        let columns = try await table(
            "SELECT * FROM app_passwords_with_log WHERE uid = \(Self.quoted(user)) AND deleted IS NULL")
        return columns.map { row in
            func text(_ column: Int) -> String? { row[column] == "NULL" ? nil : row[column] }
            return Listed(
                id: Int(row[0]) ?? 0, created: row[3], comment: text(4), lastUsed: text(5), lastAddress: text(6))
        }
    }

    func rename(_ id: Int, of user: String, to comment: String) async throws {
        try await site.webmail(
            "UPDATE app_passwords SET comment = \(Self.quoted(comment)) WHERE \(Self.these(id, user))")
    }

    /// Revokes a password and keeps it: the plugin's default.
    func remove(_ id: Int, of user: String) async throws {
        try await site.webmail(Self.removal(id, user))
    }

    /// The statement of ``remove(_:of:)``.
    static func removal(_ id: Int, _ user: String) -> String {
        "UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3) WHERE \(these(id, user))"
    }

    /// Removes a password and the log of its uses.
    func delete(_ id: Int, of user: String) async throws {
        try await site.webmail("DELETE FROM app_passwords WHERE \(Self.these(id, user))")
    }

    /// Revokes all that a user has, and keeps them: the plugin's default.
    func removeAll(of user: String) async throws {
        try await site.webmail("UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3) WHERE uid = \(Self.quoted(user))")
    }

    /// Removes all that a user has.
    func deleteAll(of user: String) async throws {
        try await site.webmail("DELETE FROM app_passwords WHERE uid = \(Self.quoted(user))")
    }

    /// How often a password was used, as the head of its history says; nil if it is not the user's.
    func uses(_ id: Int, of user: String) async throws -> Int? {
        guard let row = try await historyHead(id, of: user).first, row[0] != "NULL" else { return nil }
        return Int(row[6])
    }

    /// What the plugin asks before it shows a history; for a password of another user, too, that is a row, of NULLs.
    static let historyHead =
        "SELECT a.*, count(l.pwid) as total FROM app_passwords a LEFT JOIN log l on a.id = l.pwid WHERE a.uid = :uid and a.id = :id;"

    /// The rows of ``historyHead``, or of what an administrator has made of it.
    func historyHead(
        _ id: Int, of user: String, statement: String = RoundcubePlugin.historyHead
    ) async throws -> [[String]] {
        try await table(statement.replacing(":uid", with: Self.quoted(user)).replacing(":id", with: "\(id)"))
    }

    /// The addresses on one page of a password's history, the newest first.
    func history(_ id: Int, page: Int) async throws -> [String] {
        try await table(
            """
            SELECT * FROM log, (SELECT count(*) AS total FROM log WHERE pwid = \(id)) c \
            WHERE pwid = \(id) ORDER BY timestamp DESC LIMIT 20 OFFSET \(20 * page)
            """
        ).map { $0[3] }
    }

    /// `{CRYPT}$6$` and sixteen characters of salt, as the plugin hashes; fewer rounds than its 5000 only where asked for.
    static func hash(_ password: String, rounds: Int? = nil) -> String {
        let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        let salt = String((0..<16).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
        let setting = "$6$" + (rounds.map { "rounds=\($0)$" } ?? "") + salt
        let scratch = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer { scratch.deallocate() }
        memset(scratch, 0, MemoryLayout<crypt_data>.size)
        return "{CRYPT}" + String(cString: crypt_r(password, setting, scratch))
    }

    /// `5KAA-2QvG-xD1v-heq3`: the dashes belong to it.
    static func password() -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return (0..<4).map { _ in String((0..<4).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }) }
            .joined(separator: "-")
    }

    /// A text as PDO writes it into a statement.
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    private static func these(_ id: Int, _ user: String) -> String { "id = \(id) AND uid = \(quoted(user))" }

    private func table(_ query: String) async throws -> [[String]] {
        try await site.webmail(query).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
