internal import CZlib

/// Unpacks gzip (RFC 1952), piece by piece and in bounded memory, however far the data expands.
///
/// Members that follow one another, as `cat a.gz b.gz` makes them, are one text. Checksums are checked.
@safe package final class Gunzip {
    /// How far it has come.
    package enum State: Sendable {
        /// Within a member: more has to come.
        case inside
        /// At the end of a member: more may come.
        case complete
        /// What came is no gzip, or damaged; nothing more is unpacked.
        case damaged
    }

    /// How far it has come.
    package private(set) var state = State.inside

    // zlib remembers where it lies.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var position = 0

    /// Whether data begins as gzip does.
    package static func isGzip(_ start: some Collection<UInt8>) -> Bool {
        start.prefix(3).elementsEqual([0x1F, 0x8B, 8])
    }

    /// Begins.
    package init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        if unsafe webauth_inflate_init(stream) != Z_OK { state = .damaged }
    }

    deinit {
        _ = unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Takes more data; what came before must have been unpacked.
    package func feed(_ bytes: [UInt8]) { (input, position) = (bytes, 0) }

    /// Unpacks.
    ///
    /// - Returns: At most `limit` bytes; none if more has to be fed first, or at the end.
    package func next(_ limit: Int) -> [UInt8] {
        while position < input.count, state != .damaged {
            if state == .complete {
                // Zeros fill up to a block, on tapes and elsewhere.
                guard input[position] != 0 else {
                    position += 1
                    continue
                }
                state = unsafe inflateReset(stream) == Z_OK ? .inside : .damaged
                continue
            }
            let output = unpack(limit)
            if !output.isEmpty { return output }
        }
        return state == .inside ? unpack(limit) : []
    }

    /// One step of zlib: to the end of the input, of the member, or of what fits.
    private func unpack(_ limit: Int) -> [UInt8] {
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe [UInt8](unsafeUninitializedCapacity: limit) { output, count in
                unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + position }
                unsafe stream.pointee.avail_in = UInt32(input.count - position)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(output.count)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                position = unsafe input.count - Int(stream.pointee.avail_in)
                count = unsafe output.count - Int(stream.pointee.avail_out)
                switch status {
                case Z_OK, Z_BUF_ERROR: break  // the latter: nothing to do yet
                case Z_STREAM_END: state = .complete
                default: state = .damaged
                }
            }
        }
    }
}
