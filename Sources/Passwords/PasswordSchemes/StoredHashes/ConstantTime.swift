internal import CSodium

/// Compares byte by byte to the end, so that the time taken says nothing of where they differ.
func isEqualInConstantTime(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return unsafe one.withUnsafeBytes { one in
        unsafe other.withUnsafeBytes { other in unsafe sodium_memcmp(one.baseAddress, other.baseAddress, one.count) }
    } == 0
}

/// Overwrites bytes in a way that the compiler does not leave out.
func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe sodium_memzero($0.baseAddress, $0.count) }
}
