public import AuditCore
public import Logging
internal import Locks

/// Places and AS numbers from MaxMind's City and ASN files, kept up to date while lookups run.
///
/// Each file is looked up on its own: one that is missing, broken or does not know the address never hides the other.
/// A file is copied into memory when it is opened, so whatever becomes of it on disk, lookups go on with what was good.
public final class MMDBGeoSource: GeoSource {
    private struct Files: Sendable {
        var city: MMDBFile?
        var asn: MMDBFile?

        subscript(kind: DatabaseKind) -> MMDBFile? {
            get {
                switch kind {
                case .city: city
                case .asn: asn
                }
            }
            set {
                switch kind {
                case .city: city = newValue
                case .asn: asn = newValue
                }
            }
        }
    }

    private let configuration: GeoConfiguration
    private let logger: Logger
    private let files: Mutex<Files>
    /// What stood on disk when it was last looked at, used or refused; held while files are looked at anew.
    private let seen: Mutex<[DatabaseKind: FileIdentity]>

    /// Opens the files.
    ///
    /// - Parameters:
    ///   - configuration: Which files.
    ///   - previous: A source whose open files are shared where they are the same on disk.
    ///   - logger: Is told of files taken, refused or gone, once each.
    /// - Throws: Every file that is missing, broken or of a wrong kind.
    /// - Complexity: Reads the files once, about 50 ms for 100 MB; blocks.
    public init(
        _ configuration: GeoConfiguration, reusing previous: MMDBGeoSource? = nil, logger: Logger
    ) throws(GeoDatabaseError) {
        var files = Files()
        var problems: [GeoFileProblem] = []
        for kind in DatabaseKind.allCases {
            guard let path = kind.path(in: configuration) else { continue }
            if let open = previous?.files.withLock({ $0[kind] }), open.path == path,
                open.identity == FileIdentity(path: path)
            {
                files[kind] = open
                continue
            }
            do throws(GeoFileProblem) {
                files[kind] = try MMDBFile(path: path, kind: kind)
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else { throw GeoDatabaseError(problems) }
        self.configuration = configuration
        self.logger = logger
        var seen: [DatabaseKind: FileIdentity] = [:]
        for kind in DatabaseKind.allCases { seen[kind] = files[kind]?.identity }
        self.files = Mutex(files)
        self.seen = Mutex(seen)
    }

    /// Looks an address up in both files.
    ///
    /// - Returns: `.absent` if neither knows it; `.unavailable` if nothing was found and a record was malformed, or no
    ///   file is configured.
    /// - Complexity: A few microseconds: at most 128 tree nodes and 8192 values in each file; no I/O.
    public func place(of address: IPAddress) -> Sourced<GeoFacts> {
        let (city, asn) = files.withLock { ($0.city, $0.asn) }
        guard city != nil || asn != nil else { return .notAsked }
        var facts = GeoFacts()
        var trouble: LookupError?
        if let city {
            do throws(MalformedData) {
                let found = try city.record(of: address) { (reader, record, _) throws(MalformedData) in
                    var found = GeoFacts()
                    try found.read(city: record, &reader)
                    return found
                }
                if let found { facts = found }
            } catch {
                trouble = complain(of: city, error)
            }
        }
        if let asn {
            do throws(MalformedData) {
                let found = try asn.record(of: address) { (reader, record, length) throws(MalformedData) in
                    var found = GeoFacts()
                    try found.read(asn: record, &reader, network: IPPrefix(address, length: length))
                    return found
                }
                if let found {
                    facts.asNumber = found.asNumber
                    facts.asOrganization = found.asOrganization
                    facts.asNetwork = found.asNetwork
                }
            } catch {
                trouble = complain(of: asn, error)
            }
        }
        if facts.hasPlace || facts.hasAS { return Sourced(.known(facts), source: .maxmind) }
        return Sourced(trouble.map { .unavailable($0) } ?? .absent, source: .maxmind)
    }

    /// The files in use.
    package var databases: [GeoDatabase] {
        let files = files.withLock { $0 }
        return DatabaseKind.allCases.compactMap { kind in
            files[kind].map {
                GeoDatabase(
                    name: kind.rawValue, path: $0.path, type: $0.metadata.databaseType, details: $0.details,
                    built: Timestamp(
                        milliseconds: Int64(clamping: $0.metadata.buildEpoch).multipliedReportingOverflow(by: 1000)
                            .partialValue))
            }
        }
    }

    /// Looks for files that were replaced or written to, and takes them into use.
    ///
    /// Lookups under way end with the old file. A file that is gone or broken is refused, logged once, and returned; the
    /// old one stays in use.
    ///
    /// - Complexity: One `stat` for each file; a changed file is read once. Blocks.
    @discardableResult
    public func refresh() -> [GeoFileProblem] {
        seen.withLock { seen in
            var problems: [GeoFileProblem] = []
            for kind in DatabaseKind.allCases {
                guard let path = kind.path(in: configuration) else { continue }
                let now = FileIdentity(path: path)
                guard now != seen[kind] else { continue }
                seen[kind] = now
                do throws(GeoFileProblem) {
                    let file = try MMDBFile(path: path, kind: kind)
                    seen[kind] = file.identity
                    // The old file is closed outside the lock, by whoever uses it last.
                    let old = files.withLock { files in
                        defer { files[kind] = file }
                        return files[kind]
                    }
                    logger.info(
                        "geo database replaced",
                        metadata: [
                            "file.path": "\(path)", "geo.build_epoch": "\(file.metadata.buildEpoch)",
                            "geo.previous_build_epoch": "\(old?.metadata.buildEpoch ?? 0)",
                        ])
                } catch {
                    logger.warning(
                        "geo database refused; the one opened before stays in use",
                        metadata: ["file.path": "\(path)", "file.reason": "\(error.reason)"])
                    problems.append(error)
                }
            }
            return problems
        }
    }

    /// Says once for each file that it holds malformed data.
    private func complain(of file: MMDBFile, _ error: MalformedData) -> LookupError {
        if file.isFirstComplaint() {
            logger.error(
                "geo database holds malformed records",
                metadata: ["file.path": "\(file.path)", "file.reason": "\(error.reason)"])
        }
        return LookupError(.malformed, detail: "\(file.path): \(error.reason)")
    }
}
