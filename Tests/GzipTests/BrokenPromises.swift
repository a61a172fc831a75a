import Gzip

/// What unpacking promises, whatever it was given; also what the fuzzer holds it to.
enum BrokenPromises {
    /// The most that is unpacked of one input, in bytes.
    private static let most = 1 << 14

    /// Unpacks one input in pieces and as a whole, and names each promise that is broken.
    ///
    /// - Parameter input: How many bytes are fed and taken at a time, then the packed bytes.
    static func of(_ input: [UInt8]) -> [String] {
        guard input.count > 2 else { return [] }
        let packed = Array(input.dropFirst(2))
        let whole = unpack(packed, feeding: max(1, packed.count), taking: 1 << 12)
        let pieces = unpack(packed, feeding: Int(input[0]) + 1, taking: Int(input[1]) + 1)
        var broken = whole.broken + pieces.broken
        let isCut = whole.bytes.count >= most || pieces.bytes.count >= most
        if !isCut, whole.bytes != pieces.bytes || whole.state != pieces.state { broken.append("pieces do not matter") }
        return broken
    }

    private static func unpack(
        _ packed: [UInt8], feeding size: Int, taking limit: Int
    ) -> (bytes: [UInt8], state: Gunzip.State, broken: [String]) {
        let gunzip = Gunzip()
        var (bytes, broken, rest) = ([UInt8](), [String](), packed[...])
        while bytes.count < most, gunzip.state != .damaged {
            let more = gunzip.next(limit)
            if more.count > limit { broken.append("no more than was asked for") }
            bytes += more
            guard more.isEmpty else { continue }
            if rest.isEmpty { break }
            gunzip.feed(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        if gunzip.state == .damaged, !gunzip.next(limit).isEmpty { broken.append("nothing comes of what is damaged") }
        return (bytes, gunzip.state, broken)
    }
}
