internal import CSodium

/// SHA-256 (FIPS 180-4), piece by piece.
package struct ContentDigest {
    private var state = crypto_hash_sha256_state()

    /// Nothing has been taken in.
    package init() { unsafe crypto_hash_sha256_init(&state) }

    /// Takes more.
    package mutating func update(_ bytes: [UInt8]) {
        unsafe crypto_hash_sha256_update(&state, bytes, UInt64(bytes.count))
    }

    /// What it is, in 64 hexadecimal digits. To be called once.
    package mutating func finish() -> String {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_bytes()))
        unsafe crypto_hash_sha256_final(&state, &hash)
        return hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The digest of a text.
    package static func of(_ text: String) -> String {
        var digest = ContentDigest()
        digest.update(Array(text.utf8))
        return digest.finish()
    }
}
