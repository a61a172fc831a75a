/// What an MMDB file says of itself, checked before libmaxminddb sees the file.
///
/// Opening a file, libmaxminddb 1.7.1 follows whatever nests in its metadata, so anything but the flat metadata of the
/// format (scalars, lists and maps of texts) is refused here. Format: MaxMind DB 2.0, "Database Metadata".
struct Metadata {
    /// Where metadata begins at the earliest, in bytes from the end.
    static let largest = 128 << 10
    private static let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)

    /// As in `GeoLite2-City`.
    let databaseType: String
    /// When the database was built, in seconds since 1970.
    let buildEpoch: UInt64

    /// Reads the metadata.
    ///
    /// - Parameters:
    ///   - tail: The last ``largest`` bytes of the file, or all if it has less.
    ///   - fileSize: Bytes of the whole file.
    /// - Throws: Why this is no usable database.
    init(tail: [UInt8], fileSize: Int) throws(MalformedData) {
        guard let start = Self.end(ofLastMarkerIn: tail) else { throw MalformedData("is no MMDB file, or cut off") }
        let read: Result<Metadata, MalformedData> = unsafe tail.withUnsafeBytes { bytes in
            var reader = unsafe DataReader(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            do throws(MalformedData) {
                return .success(try Metadata(&reader, fileSize: fileSize))
            } catch {
                return .failure(MalformedData("has bad metadata: \(error.reason)"))
            }
        }
        self = try read.get()
    }

    private init(_ reader: inout DataReader, fileSize: Int) throws(MalformedData) {
        let root = try reader.value(at: 0)
        guard root.kind == .map else { throw MalformedData("not a map") }
        try reader.forEach(in: root) { (reader, value) throws(MalformedData) in
            try reader.forEach(in: value) { (_, inner) throws(MalformedData) in
                guard inner.kind == .text else { throw MalformedData("something other than texts nested in it") }
                return true
            }
            return true
        }
        func number(_ name: StaticString, _ reader: inout DataReader) throws(MalformedData) -> UInt64 {
            guard let value = try reader.member(name, of: root), let number = reader.unsigned(value) else {
                throw MalformedData("no \(name)")
            }
            return number
        }
        let major = try number("binary_format_major_version", &reader)
        guard major == 2 else { throw MalformedData("format version \(major), not 2") }
        let version = try number("ip_version", &reader)
        guard version == 4 || version == 6 else { throw MalformedData("ip_version \(version)") }
        let recordBits = try number("record_size", &reader)
        guard [24, 28, 32].contains(recordBits) else { throw MalformedData("record_size \(recordBits)") }
        let nodes = try number("node_count", &reader)
        guard nodes > 0, nodes <= UInt32.max, nodes * recordBits / 4 + 16 < UInt64(fileSize) else {
            throw MalformedData("a tree of \(nodes) nodes, which is not in the file")
        }
        guard let type = try reader.member("database_type", of: root).flatMap({ reader.text($0) }) else {
            throw MalformedData("no database_type")
        }
        databaseType = type
        buildEpoch = try number("build_epoch", &reader)
    }

    private static func end(ofLastMarkerIn bytes: [UInt8]) -> Int? {
        guard bytes.count > marker.count else { return nil }
        for start in stride(from: bytes.count - marker.count - 1, through: 0, by: -1)
        where bytes[start] == marker[0] && bytes[start..<start + marker.count].elementsEqual(marker) {
            return start + marker.count
        }
        return nil
    }
}
