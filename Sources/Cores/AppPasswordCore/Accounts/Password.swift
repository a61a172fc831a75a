/// A password as the client sent it: any bytes, never printed, overwritten when the last copy of it goes.
public struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let storage: Storage

    /// The bytes; hand them to a hash and to nothing else. An array that is kept longer than the password is not overwritten.
    public var bytes: [UInt8] { storage.bytes }

    /// Takes bytes over; they are overwritten with the password if nobody else holds on to the array.
    public init(bytes: consuming [UInt8]) { storage = Storage(bytes) }
    /// Wraps the UTF-8 bytes of a text, which itself cannot be overwritten.
    public init(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)) }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Shows no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// The one place where the bytes are. `@unchecked Sendable`: changed in the deinitializer only.
    private final class Storage: @unchecked Sendable {
        private(set) var bytes: [UInt8]

        init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

        deinit { bytes.withUnsafeMutableBytes(Self.overwrite) }

        /// Out of line, and followed by a call of the runtime that frees the array, which the compiler cannot look into: it
        /// has to assume that the zeros are read. Tests look for passwords in the memory of the optimised program.
        @inline(never)
        private static func overwrite(_ bytes: UnsafeMutableRawBufferPointer) {
            for index in bytes.indices { bytes[index] = 0 }
        }
    }
}
