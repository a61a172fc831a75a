internal import CSodium
internal import Foundation

/// A public key of Ed25519 (RFC 8032), which tells what its owner has signed: `ed25519:` and 44 characters of base64.
package struct ListPublicKey: Sendable, Hashable, CustomStringConvertible {
    static let scheme = "ed25519:"
    static let length = 32
    /// How long a signature is, in bytes.
    static let signatureLength = 64
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a key; nil if it is not written as one.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.scheme), let bytes = Self.decoded(text.dropFirst(Self.scheme.count), Self.length)
        else {
            return nil
        }
        self.init(bytes: bytes)
    }

    /// As it is written in the settings.
    package var description: String { Self.scheme + Self.encoded(bytes) }

    /// Whether the owner of the key has signed a message.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureLength, bytes.count == Self.length, sodium_init() >= 0 else {
            return false
        }
        return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }

    static func encoded(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Base64 that is written in the one way in which it can be.
    static func decoded(_ text: some StringProtocol, _ length: Int) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.count == length, data.base64EncodedString() == text
        else {
            return nil
        }
        return Array(data)
    }
}

/// A secret key of Ed25519, and the public one that belongs to it; overwritten when it goes.
package final class ListSigningKey: Sendable {
    private static let scheme = "ed25519-secret:"
    private static let words = "# Signs lists of dovecot-web-auth: whoever has this decides who may log in."
    private let seed: SecretBytes
    /// What tells others what this key has signed.
    package let publicKey: ListPublicKey

    /// Draws a new key from the system's random numbers.
    package convenience init() {
        precondition(sodium_init() >= 0, "libsodium cannot be initialised")
        var seed = [UInt8](repeating: 0, count: Int(crypto_sign_seedbytes()))
        unsafe randombytes_buf(&seed, seed.count)
        self.init(seed: SecretBytes(taking: &seed))
    }

    /// Reads what ``text`` wrote; nil if it is something else.
    package convenience init?(text: String) {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        guard lines.count == 1, lines[0].hasPrefix(Self.scheme),
            var seed = ListPublicKey.decoded(lines[0].dropFirst(Self.scheme.count), Int(crypto_sign_seedbytes()))
        else { return nil }
        self.init(seed: SecretBytes(taking: &seed))
    }

    private init(seed: SecretBytes) {
        precondition(sodium_init() >= 0, "libsodium cannot be initialised")
        var publicKey = [UInt8](repeating: 0, count: ListPublicKey.length)
        var secret = [UInt8](repeating: 0, count: Int(crypto_sign_secretkeybytes()))
        unsafe crypto_sign_seed_keypair(&publicKey, &secret, seed.bytes)
        unsafe sodium_memzero(&secret, secret.count)
        self.seed = seed
        self.publicKey = ListPublicKey(bytes: publicKey)
    }

    /// What is written to a file that its owner alone may read.
    package var text: String { "\(Self.words)\n\(Self.scheme)\(ListPublicKey.encoded(seed.bytes))\n" }

    /// Signs a message; the same message always gets the same signature.
    func sign(_ message: [UInt8]) -> [UInt8] {
        var publicKey = [UInt8](repeating: 0, count: ListPublicKey.length)
        var secret = [UInt8](repeating: 0, count: Int(crypto_sign_secretkeybytes()))
        var signature = [UInt8](repeating: 0, count: ListPublicKey.signatureLength)
        unsafe crypto_sign_seed_keypair(&publicKey, &secret, seed.bytes)
        unsafe crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
        unsafe sodium_memzero(&secret, secret.count)
        return signature
    }
}

/// Bytes that are overwritten when their last holder goes.
private final class SecretBytes: @unchecked Sendable {
    // `@unchecked`: never written but in deinit.
    private(set) var bytes: [UInt8]

    init(taking bytes: inout [UInt8]) {
        self.bytes = bytes
        bytes = []
    }

    deinit { unsafe sodium_memzero(&bytes, bytes.count) }
}
