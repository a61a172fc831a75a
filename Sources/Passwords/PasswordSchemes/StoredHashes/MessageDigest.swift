internal import COpenSSL

/// The digests that imported rows are made of, computed by OpenSSL, which wipes what it works in.
///
/// Each answers nil where OpenSSL computes none: a policy of the machine may forbid MD5, or there is no memory. That says
/// nothing of a password.
enum MessageDigest: Sendable {
    case md5, sha1, sha256, sha512

    /// How many bytes it has.
    var length: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    /// Whether OpenSSL computes it on this machine.
    var isAvailable: Bool { hash([]) != nil }

    private var type: OpaquePointer? {
        switch self {
        case .md5: unsafe EVP_md5()
        case .sha1: unsafe EVP_sha1()
        case .sha256: unsafe EVP_sha256()
        case .sha512: unsafe EVP_sha512()
        }
    }

    /// The digest of two pieces, one after the other.
    func hash(_ first: [UInt8], _ second: [UInt8] = []) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var result = [UInt8](repeating: 0, count: length)
        guard unsafe EVP_DigestInit_ex(context, type, nil) == 1,
            unsafe EVP_DigestUpdate(context, first, first.count) == 1,
            unsafe EVP_DigestUpdate(context, second, second.count) == 1,
            unsafe EVP_DigestFinal_ex(context, &result, nil) == 1
        else { return nil }
        return result
    }

    /// HMAC (RFC 2104) of a text.
    func authenticate(_ text: String, key: [UInt8]) -> [UInt8]? {
        let text = Array(text.utf8)
        var result = [UInt8](repeating: 0, count: length)
        var count = UInt32(length)
        guard unsafe HMAC(type, key, Int32(key.count), text, text.count, &result, &count) != nil else { return nil }
        return result
    }

    /// PBKDF2 (RFC 8018) with HMAC, as many bytes as the digest has.
    ///
    /// - Parameter rounds: 1 to 2^31 - 1.
    func stretch(_ password: [UInt8], salt: [UInt8], rounds: UInt64) -> [UInt8]? {
        guard let rounds = Int32(exactly: rounds) else { return nil }
        var result = [UInt8](repeating: 0, count: length)
        let status = unsafe password.withUnsafeBytes { password in
            unsafe PKCS5_PBKDF2_HMAC(
                password.assumingMemoryBound(to: CChar.self).baseAddress, Int32(password.count), salt,
                Int32(salt.count), rounds, type, Int32(length), &result)
        }
        return status == 1 ? result : nil
    }
}
