/// One password to check against one stored hash.
package struct SHA512CryptJob: Sendable {
    let password: SecretBytes
    let hash: SHA512CryptHash

    /// Pairs a password with a hash.
    ///
    /// A password with a NUL in it matches nothing: `crypt` would see only what is before it. One of more than 511 bytes
    /// matches nothing either: `crypt` refuses to hash it.
    package init(password: SecretBytes, hash: SHA512CryptHash) {
        (self.password, self.hash) = (password, hash)
    }
}
