package import AppPasswordCore
internal import CArgon2
internal import CCrypt

/// A scheme that new app passwords can be stored in (`app-password add --scheme`).
package enum PasswordScheme: String, CaseIterable, Sendable {
    /// `{CRYPT}$6$`, 5000 rounds, as the webmail writes it; 1.6 ms a check. Enough for a random password.
    case sha512Crypt = "SHA512-CRYPT"
    /// `{SHA256-CRYPT}$5$`, 5000 rounds; 2.3 ms.
    case sha256Crypt = "SHA256-CRYPT"
    /// `{BLF-CRYPT}$2y$10$`; 51 ms.
    case bcrypt = "BLF-CRYPT"
    /// `{CRYPT}$y$j9T$`, 16 MiB; 21 ms.
    case yescrypt = "YESCRYPT"
    /// `{ARGON2I}`, 32 MiB, four passes, as `doveadm pw` writes it; 70 ms.
    case argon2i = "ARGON2I"
    /// `{ARGON2ID}`, 64 MiB, three passes, as `doveadm pw` writes it; 100 ms.
    case argon2id = "ARGON2ID"

    /// Finds a scheme by its name in any case; nil if it is none of these.
    package init?(name: String) { self.init(rawValue: name.uppercased()) }

    /// Hashes a password with new salt from the system's random source.
    ///
    /// - Parameter password: Not empty, no NUL, at most 511 bytes (72 for bcrypt, which would cut it).
    /// - Returns: What belongs into `app_passwords.password`.
    /// - Throws: ``PasswordSchemeError``.
    /// - Complexity: One hash, on the calling thread.
    package func hash(_ password: Password) throws(PasswordSchemeError) -> String {
        guard !password.bytes.isEmpty, !password.bytes.contains(0),
            password.bytes.count <= (self == .bcrypt ? 72 : CryptScratch.longestPassword)
        else { throw .unsuitablePassword }
        return switch self {
        case .sha512Crypt: "{CRYPT}" + (try crypt(password, "$6$", cost: 0))
        case .sha256Crypt: "{SHA256-CRYPT}" + (try crypt(password, "$5$", cost: 0))
        case .bcrypt: "{BLF-CRYPT}" + (try crypt(password, "$2y$", cost: 10))
        case .yescrypt: "{CRYPT}" + (try crypt(password, "$y$", cost: 5))
        case .argon2i: "{ARGON2I}" + (try argon2(password, Argon2_i, kibibytes: 32_768, passes: 4))
        case .argon2id: "{ARGON2ID}" + (try argon2(password, Argon2_id, kibibytes: 65_536, passes: 3))
        }
    }

    /// - Parameter cost: As crypt_gensalt(3) takes it; 0 is libcrypt's default.
    private func crypt(_ password: Password, _ prefix: String, cost: UInt) throws(PasswordSchemeError) -> String {
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        // No bytes given: libcrypt asks the system for them.
        guard unsafe crypt_gensalt_rn(prefix, cost, nil, 0, &setting, Int32(setting.count)) != nil,
            let hash = CryptScratch().hash(
                password.bytes, setting: setting.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
        else { throw .unavailable }
        return hash
    }

    private func argon2(
        _ password: Password, _ type: Argon2_type, kibibytes: UInt32, passes: UInt32
    ) throws(PasswordSchemeError) -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var encoded = [CChar](repeating: 0, count: 256)
        let status = unsafe argon2_hash(
            passes, kibibytes, 1, password.bytes, password.bytes.count, salt, salt.count, nil, 32, &encoded,
            encoded.count, type, ARGON2_VERSION_13.rawValue)
        guard status == ARGON2_OK.rawValue else { throw .unavailable }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Why a password could not be hashed.
package enum PasswordSchemeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is empty, holds a NUL, or is too long for the scheme.
    case unsuitablePassword
    /// The library refused or had no memory.
    case unavailable

    /// For the user.
    package var description: String {
        switch self {
        case .unsuitablePassword: "the password is empty, too long for the scheme, or holds a NUL"
        case .unavailable: "the scheme is not available here"
        }
    }
}
