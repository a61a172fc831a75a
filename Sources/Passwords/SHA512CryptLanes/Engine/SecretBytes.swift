internal import CSHA512CryptLanes

/// A password's bytes in memory of their own, overwritten before it is given back.
///
/// Make one for a login and share it among that login's jobs. `@unchecked Sendable`: the memory is written in the
/// initializer and in the deinitializer only.
@safe package final class SecretBytes: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
    private let memory: UnsafeMutableRawBufferPointer

    /// Copies bytes.
    package init(_ bytes: some Collection<UInt8>) {
        unsafe memory = .allocate(byteCount: bytes.count, alignment: 1)
        unsafe memory.copyBytes(from: bytes)
    }

    deinit {
        if let start = unsafe memory.baseAddress { unsafe csl_wipe_bytes(start, memory.count) }
        unsafe memory.deallocate()
    }

    /// How many bytes there are.
    package var count: Int { unsafe memory.count }

    /// Lends the bytes, which must not be kept.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try unsafe body(UnsafeRawBufferPointer(memory))
    }

    /// Whether libcrypt would hash all of it: it stops at a NUL and refuses what is longer than 511 bytes.
    var isHashable: Bool { unsafe memory.count <= Int(CSL_MAX_PASSWORD) && !memory.contains(0) }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// Shows no children.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
