internal import StrictJSON

internal import NIOCore

/// The body of a request while it arrives. What it was copied from, and what it leaves behind as it grows, is overwritten:
/// it may hold a password.
struct BodyBuffer {
    private var buffer = ByteBuffer()

    var count: Int { buffer.readableBytes }

    /// Adds a part. A body that comes in one part is not copied.
    mutating func append(_ part: ByteBuffer) {
        guard count > 0 else {
            buffer = part
            return
        }
        if ownedCapacity < count + part.readableBytes {
            ownedCapacity = max(4096, 2 * (count + part.readableBytes))
            var larger = ByteBufferAllocator().buffer(capacity: ownedCapacity)
            larger.writeImmutableBuffer(buffer)
            buffer.overwrite()
            buffer = larger
        }
        buffer.writeImmutableBuffer(part)
        part.overwrite()
    }

    /// Nonzero: the storage is ours alone and has room for so many bytes.
    private var ownedCapacity = 0

    /// Gives the bytes out and leaves nothing.
    mutating func take() -> [UInt8] {
        defer { wipe() }
        return Array(buffer.readableBytesView)
    }

    /// Overwrites and forgets everything.
    mutating func wipe() {
        buffer.overwrite()
        self = BodyBuffer()
    }
}

extension ByteBuffer {
    /// Overwrites the readable bytes where they lie, though they may be a slice of what was read from the socket: nobody
    /// else looks at this part of it any more.
    func overwrite() {
        withUnsafeReadableBytes { StrictJSON.overwrite(UnsafeMutableRawBufferPointer(mutating: $0)) }
    }
}
