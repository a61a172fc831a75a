/// Bytes that may hold a secret: overwritten when the last holder lets go of them, never printed.
///
/// `@unchecked Sendable`: changed by its maker, before anyone else has it, and in the deinitializer.
package final class WipedBytes: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
    /// The bytes. A copy of the array that is kept longer than this object is not overwritten.
    package private(set) var bytes: [UInt8]

    /// Takes bytes over; nobody else should hold on to the array.
    package init(_ bytes: consuming [UInt8] = []) { self.bytes = bytes }

    /// Empty, with room for so many bytes.
    package init(capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    deinit { bytes.withUnsafeMutableBytes(overwrite) }

    /// Adds a byte, within the capacity it was made with: growing would leave a copy behind.
    package func append(_ byte: UInt8) {
        precondition(bytes.count < bytes.capacity)
        bytes.append(byte)
    }

    /// `<redacted>`.
    package var description: String { "<redacted>" }
    /// Shows no children.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Fills memory with zeros. Out of line, and what is overwritten is then freed by code that the compiler cannot look
/// into, so it cannot leave this out.
@inline(never)
package func overwrite(_ bytes: UnsafeMutableRawBufferPointer) {
    for index in bytes.indices { bytes[index] = 0 }
}
