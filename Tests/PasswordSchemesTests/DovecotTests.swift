import AppPasswordCore
import Foundation
import Testing

@testable import PasswordSchemes

/// What the real Dovecot writes, we read, and the other way round.
@Suite(.enabled(if: Doveadm.isWanted, "install dovecot-core"), .serialized)
struct DovecotTests {
    static let schemes = [
        "CRYPT", "SHA512-CRYPT", "SHA256-CRYPT", "BLF-CRYPT", "MD5-CRYPT", "DES-CRYPT", "ARGON2I", "ARGON2ID", "MD5",
        "SHA", "SHA1", "SHA256", "SHA512", "SSHA", "SSHA256", "SSHA512", "SMD5", "LDAP-MD5", "PLAIN-MD5", "PBKDF2",
        "SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN", "CLEAR", "CLEARTEXT",
    ]

    @Test(arguments: schemes, ["", ".b64", ".base64", ".hex"])
    func `what doveadm pw writes matches its password and no other`(scheme: String, encoding: String) throws {
        let doveadm = try Doveadm()
        let password = encoding.isEmpty ? "5KAA-2QvG-xD4v-heq3" : "pä$$w \"ö'rd"
        let stored = try #require(try doveadm.hash(password, scheme: scheme + encoding))
        let hash = try StoredHash(stored)
        let scratch = CryptScratch()
        #expect(hash.check(Password(password), scratch) == .match)
        #expect(hash.check(Password("X" + password), scratch) == .mismatch)
    }

    @Test(arguments: PasswordScheme.allCases)
    func `doveadm pw verifies what we write`(scheme: PasswordScheme) throws {
        let doveadm = try Doveadm()
        let password = AppPasswordGenerator.password()
        let text = String(decoding: password.bytes, as: UTF8.self)
        let stored = try scheme.hash(password)
        #expect(try doveadm.verifies(text, stored))
        #expect(try !doveadm.verifies("x" + text, stored))
    }

    /// Spellings on which we must say what Dovecot says; the password is `password`.
    static let spellings: [String] = {
        let crypt = "$1$xxxxxxxx$UYCIxa628.9qXjpQCjM4a."
        let base64 = Data(crypt.utf8).base64EncodedString()
        let hex = crypt.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let argon2 = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        return [
            "{CRYPT}\(crypt)", "{crypt}\(crypt)", "{SHA512-CRYPT}\(crypt)", "{SHA256-CRYPT}\(crypt)",
            "{BLF-CRYPT}\(crypt)", "{DES-CRYPT}\(crypt)", "{MD5-CRYPT}\(crypt)", "{Md5-Crypt}\(crypt)",
            "{MD5-CRYPT}xxj31ZMTZzkVA", "{DES-CRYPT}xxj31ZMTZzkVA", "{CRYPT}xxj31ZMTZzkVA",
            "{CRYPT} \(crypt)", "{CRYPT}\(crypt) ", "{ CRYPT}\(crypt)", "{CRYPT }\(crypt)", "{CRYPTX}\(crypt)",
            "{CRYPT.B64}\(base64)", "{crypt.base64}\(base64)", "{CRYPT.b64}\(base64.replacing("=", with: ""))",
            "{CRYPT.b64}\(base64)=", "{CRYPT.b64}\(crypt)", "{CRYPT.hex}\(hex)", "{CRYPT.HEX}\(hex.uppercased())",
            "{CRYPT.hex}\(hex)0", "{CRYPT.hex}\(hex.dropLast())", "{CRYPT.rot13}\(crypt)", "{CRYPT.}\(crypt)",
            "{CRYPT}\(crypt.dropLast())", "{CRYPT}\(crypt)x", "{CRYPT}*0", "{CRYPT}", "{CRYPT}$6$",
            "{CRYPT}$1$xxxxxxxx$",
            "{ARGON2ID}\(argon2)", "{ARGON2I}\(argon2)", "{argon2id}\(argon2)", "{CRYPT}\(argon2)",
            "{ARGON2ID}\(crypt)", "{ARGON2ID}\(argon2.dropLast())", "{ARGON2ID}\(argon2)$", "{ARGON2ID}",
        ] + imported
    }()

    /// The same for what other programs wrote.
    private static let imported: [String] = {
        let md5 = ["5f4dcc3b5aa765d61d8327deb882cf99", "X03MO1qnZdYdgyfeuILPmQ=="]
        let sha = ["5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "W6ph5Mm5Pz8GgiULbPgzG37mj9g="]
        let keys = "qRpcJjVUhO8YXtp9qQvF3tF5YHHdWfm3AxYYL0Mr0l0="
        let byName =
            md5.flatMap { hash in
                ["MD5", "LDAP-MD5", "PLAIN-MD5", "plain-md5", "SMD5", "SHA"].map { "{\($0)}\(hash)" }
            } + sha.flatMap { hash in ["SHA", "SHA1", "sha", "SSHA", "SHA256"].map { "{\($0)}\(hash)" } }
        return byName + [
            "{SHA}\(sha[0].uppercased())", "{SHA}\(sha[1].dropLast())", "{SHA}\(sha[1])=", "{SHA} \(sha[1])",
            "{SHA}\(sha[1]) ", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9h=", "{SHA.HEX}\(sha[0])", "{SHA.B64}\(sha[1])",
            "{SHA.HEX}\(sha[1])", "{SHA.B64}\(sha[0])", "{SHA}", "{SSHA}", "{SSHA}\(sha[1])",
            "{PBKDF2}$1$salt$1$0c60c80f961f0e71f3a9b524af6012062fe037a6",
            "{PBKDF2}$1$salt$01$0C60c80f961f0e71f3a9b524af6012062fe037a6",
            "{PBKDF2}$1$salt$1$0c60c80f961f0e71f3a9b524af6012062fe037",
            "{PBKDF2}$1$salt$0$0c60c80f961f0e71f3a9b524af6012062fe037a6",
            "{PBKDF2}$2$salt$1$0c60c80f961f0e71f3a9b524af6012062fe037a6",
            "{PBKDF2}$1$salt$1$0c60c80f961f0e71f3a9b524af6012062fe037a6$", "{PBKDF2}",
            "{SCRAM-SHA-256}4096,c2FsdA==,\(keys),\(keys)", "{SCRAM-SHA-256}4096,c2FsdA==,\(keys)", "{SCRAM-SHA-256}",
            "{PLAIN}password", "{PLAIN} password", "{plain}password", "{CLEAR}Password", "{CLEARTEXT}password",
            "{PLAIN}", "password", "{SHA224}\(sha[0])", "{NO-SUCH}password",
        ]
    }()

    @Test(arguments: spellings) func `we accept a stored hash if Dovecot does`(stored: String) throws {
        let ours = (try? StoredHash(stored))?.check(Password("password"), CryptScratch()) == .match
        #expect(try Doveadm().verifies("password", stored) == ours)
    }
}

/// Runs `doveadm pw` with settings of its own.
struct Doveadm {
    private static let path = "/usr/bin/doveadm"

    /// Missing, it is a skip on a developer's machine, and a failure where CI must have installed it.
    static var isWanted: Bool {
        FileManager.default.isExecutableFile(atPath: path) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    private let settings: URL

    init() throws {
        settings = FileManager.default.temporaryDirectory.appending(
            path: "doveadm-\(ProcessInfo.processInfo.processIdentifier).conf")
        try Data("ssl = no\nlog_path = /dev/stderr\n".utf8).write(to: settings)
    }

    func hash(_ password: String, scheme: String) throws -> String? {
        let (status, output) = try run(["pw", "-s", scheme, "-p", password])
        return status == 0 ? output.trimmingCharacters(in: .newlines) : nil
    }

    func verifies(_ password: String, _ stored: String) throws -> Bool {
        let (status, output) = try run(["pw", "-t", stored, "-p", password])
        return status == 0 && output.contains("(verified)")
    }

    private func run(_ arguments: [String]) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = ["-c", settings.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
