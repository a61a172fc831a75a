internal import CCrypt
internal import CSodium
import Glibc

/// The 32 KB that libcrypt works in: one for each hashing thread, used by that thread alone.
///
/// Password and result are in it only during a check.
@safe final class CryptScratch {
    private let data: UnsafeMutablePointer<crypt_data>

    init() {
        unsafe data = .allocate(capacity: 1)
        clear()
    }

    deinit {
        clear()
        unsafe data.deallocate()
    }

    /// Whether nothing is left in it.
    var isClear: Bool {
        unsafe sodium_is_zero(UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), MemoryLayout<crypt_data>.size)
            == 1
    }

    private func clear() { unsafe sodium_memzero(data, MemoryLayout<crypt_data>.size) }

    /// libcrypt takes no longer passwords.
    static let longestPassword = Int(CRYPT_MAX_PASSPHRASE_SIZE) - 1

    /// Whether this libcrypt has the method of a stored hash: a system may have left old ones out.
    static func knows(_ hash: [UInt8]) -> Bool {
        let status = unsafe (hash + [0]).withUnsafeBytes {
            unsafe crypt_checksalt($0.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        return status != CRYPT_SALT_INVALID && status != CRYPT_SALT_METHOD_DISABLED
    }

    /// Hashes the password with the stored hash as the setting, and compares in constant time.
    ///
    /// - Parameter password: Without NUL; one longer than ``longestPassword`` matches nothing.
    func check(_ password: [UInt8], against hash: [UInt8]) -> HashOutcome {
        guard !password.contains(0), password.count <= Self.longestPassword else { return .mismatch }
        guard hash.count < Int(CRYPT_OUTPUT_SIZE) else { return .broken }
        return unsafe computed(password, setting: hash) { failure, computed in
            guard let computed = unsafe computed else { return failure == ENOMEM ? .outOfMemory : .broken }
            // libcrypt says failure with "*0"; crypt_rn does not, but no such text may ever match.
            guard unsafe computed.first != UInt8(ascii: "*"), computed.count == hash.count else {
                return .mismatch
            }
            return unsafe hash.withUnsafeBytes { hash in
                unsafe sodium_memcmp(hash.baseAddress, computed.baseAddress, computed.count) == 0
            } ? .match : .mismatch
        }
    }

    /// Hashes a password with new salt.
    ///
    /// - Returns: nil if libcrypt refuses the setting or the password.
    func hash(_ password: [UInt8], setting: [UInt8]) -> String? {
        guard !password.contains(0), password.count <= Self.longestPassword, setting.count < Int(CRYPT_OUTPUT_SIZE)
        else { return nil }
        return unsafe computed(password, setting: setting) { _, computed in
            unsafe computed.map { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Lends what libcrypt computes, or nil and its `errno`, and wipes all afterwards.
    private func computed<Result>(
        _ password: [UInt8], setting: [UInt8], _ body: (Int32, UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        defer { clear() }
        // The struct has room for both, NUL included; copies elsewhere would have to be wiped as well.
        let (result, failure) = unsafe withUnsafeMutableBytes(of: &data.pointee.input) { input in
            unsafe withUnsafeMutableBytes(of: &data.pointee.setting) { settingRoom in
                unsafe input.copyBytes(from: password)
                unsafe settingRoom.copyBytes(from: setting)
                let result = unsafe crypt_rn(
                    input.bindMemory(to: CChar.self).baseAddress, settingRoom.bindMemory(to: CChar.self).baseAddress,
                    data, Int32(MemoryLayout<crypt_data>.size))
                return unsafe (result, errno)
            }
        }
        guard let result = unsafe result else { return body(failure, nil) }
        return unsafe body(0, UnsafeRawBufferPointer(start: result, count: strlen(result)))
    }
}
