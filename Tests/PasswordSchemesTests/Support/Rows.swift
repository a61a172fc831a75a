import AppPasswordCore
import AuditCore

@testable import PasswordSchemes

/// The hash of a secret in a cheap scheme that counts whole passwords.
func cheapHash(_ secret: String, salt: String = "saltsalt") -> String {
    "{CRYPT}" + (CryptScratch().hash(Array(secret.utf8), setting: Array("$1$\(salt)$".utf8)) ?? "")
}

func row(
    _ id: Int64, _ storedHash: String, uid: String = "alice", isDeleted: Bool = false, limits: StoredLimits? = nil
) -> AppPassword {
    AppPassword(
        id: id, uid: uid, storedHash: storedHash, isDeleted: isDeleted, created: Timestamp(milliseconds: id * 1000),
        limits: limits)
}

func attempt(from address: String? = "192.0.2.1", login: String = "alice") -> LoginAttempt {
    LoginAttempt(
        login: login, service: "imap", address: address.flatMap { IPAddress($0) }, time: Timestamp(milliseconds: 0))
}

extension HashingVerifier {
    /// The id of the row that a password belongs to.
    func id(_ password: String, _ rows: [AppPassword], from address: String? = "192.0.2.1") async throws -> Int64? {
        try await match(of: Password(password), in: rows, attempt: attempt(from: address))?.id
    }
}
