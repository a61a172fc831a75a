internal import AuditCore
internal import CMaxMindDB
internal import Glibc
internal import Synchronization

/// An open MMDB file: a sealed copy in memory, mapped while this object lives.
///
/// `@unchecked Sendable`: lookups only read, and the library is thread safe by libmaxminddb(3).
@safe final class MMDBFile: @unchecked Sendable {
    /// The file, as the settings name it.
    let path: String
    /// What the file was when it was opened.
    let identity: FileIdentity
    /// What the file says of itself.
    let metadata: Metadata

    /// What its records hold.
    private(set) var details: GeoDetails = []

    private let handle: UnsafeMutablePointer<MMDB_s>
    private let hasComplained = Atomic(false)

    /// Opens a file.
    ///
    /// - Throws: `path: reason` if it cannot be read, is no MMDB file, or one of another kind.
    init(path: String, kind: DatabaseKind) throws(GeoFileProblem) {
        let copy = try SealedCopy(of: path)
        do throws(MalformedData) {
            metadata = try Metadata(tail: copy.tail(Metadata.largest), fileSize: copy.identity.size)
        } catch {
            throw GeoFileProblem(path: path, reason: error.reason)
        }
        self.path = path
        identity = copy.identity
        let opened = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        unsafe opened.initialize(to: MMDB_s())
        let status = unsafe MMDB_open(copy.path, UInt32(MMDB_MODE_MMAP), opened)
        // Until `handle` is set, throwing does not run `deinit`.
        guard status == MMDB_SUCCESS else {
            unsafe opened.deallocate()
            throw unsafe GeoFileProblem(
                path: path, reason: "cannot be opened: \(String(cString: MMDB_strerror(status)))")
        }
        unsafe handle = opened
        details = sample()
        guard kind.fits(details, type: metadata.databaseType) else {
            let type = metadata.databaseType.visible(limit: 60)
            throw GeoFileProblem(path: path, reason: "is a \(type) database: its records hold no \(kind.subject)")
        }
    }

    deinit {
        unsafe MMDB_close(handle)
        unsafe handle.deallocate()
    }

    /// Finds the record of an address and reads it.
    ///
    /// - Parameter body: Gets a reader, the record's map, and the number of leading address bits that lead to it.
    /// - Returns: nil if the file does not know the address.
    /// - Throws: If the tree or the record does not keep to the format.
    func record<Result>(
        of address: IPAddress,
        _ body: (inout DataReader, DataValue, Int) throws(MalformedData) -> Result
    ) throws(MalformedData) -> Result? {
        guard let found = try find(address) else { return nil }
        return try read(at: found.offset) { (reader, record) throws(MalformedData) in
            try body(&reader, record, found.prefixLength)
        }
    }

    /// Reads the record at an offset of the data section.
    func read<Result>(
        at offset: Int, _ body: (inout DataReader, DataValue) throws(MalformedData) -> Result
    ) throws(MalformedData) -> Result {
        let section = unsafe UnsafeRawBufferPointer(
            start: handle.pointee.data_section, count: Int(handle.pointee.data_section_size))
        var reader = unsafe DataReader(section)
        let record = try reader.value(at: offset)
        guard record.kind == .map else { throw MalformedData("a record that is no map") }
        // Copies of the pointer do not keep the map open; this object does.
        defer { withExtendedLifetime(self) {} }
        return try body(&reader, record)
    }

    /// A node of the search tree; nil if there is none of that number.
    func node(_ number: UInt32) -> MMDB_search_node_s? {
        var node = unsafe MMDB_search_node_s()
        defer { withExtendedLifetime(self) {} }
        return unsafe MMDB_read_node(handle, number, &node) == MMDB_SUCCESS ? node : nil
    }

    /// True the first time it is asked: who gets it writes to the log.
    func isFirstComplaint() -> Bool { !hasComplained.exchange(true, ordering: .relaxed) }

    private func find(_ address: IPAddress) throws(MalformedData) -> (offset: Int, prefixLength: Int)? {
        var status = MMDB_SUCCESS
        let result: MMDB_lookup_result_s
        switch address.family {
        case .v4:
            var socketAddress = sockaddr_in()
            socketAddress.sin_family = sa_family_t(AF_INET)
            socketAddress.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits).bigEndian
            unsafe result = withUnsafePointer(to: &socketAddress) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe MMDB_lookup_sockaddr(handle, $0, &status)
                }
            }
        case .v6:
            var socketAddress = sockaddr_in6()
            socketAddress.sin6_family = sa_family_t(AF_INET6)
            let bits = address.bits.bigEndian
            unsafe withUnsafeMutableBytes(of: &socketAddress.sin6_addr) { target in
                unsafe withUnsafeBytes(of: bits) { unsafe target.copyMemory(from: $0) }
            }
            unsafe result = withUnsafePointer(to: &socketAddress) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe MMDB_lookup_sockaddr(handle, $0, &status)
                }
            }
        }
        if status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR { return nil }
        guard status == MMDB_SUCCESS else { throw unsafe MalformedData(String(cString: MMDB_strerror(status))) }
        guard unsafe result.found_entry else { return nil }
        // In an IPv6 tree IPv4 addresses stand below ::/96.
        let isMappedTree = unsafe address.family == .v4 && handle.pointee.metadata.ip_version == 6
        let length = unsafe Int(result.netmask) - (isMappedTree ? 96 : 0)
        return unsafe (Int(result.entry.offset), max(0, length))
    }
}
