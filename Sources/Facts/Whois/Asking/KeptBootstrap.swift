internal import AuditCore
internal import Foundation

/// A downloaded list of RDAP servers, as it is kept in the state directory.
struct KeptBootstrap: Codable {
    private static let file = "rdap-bootstrap.json"

    /// Where it came from.
    var url: String
    /// When.
    var fetched: Timestamp
    /// The text of `ipv4.json`.
    var ipv4: String
    /// The text of `ipv6.json`.
    var ipv6: String
    /// What the texts say; not kept.
    var bootstrap: Bootstrap?

    private enum CodingKeys: CodingKey { case url, fetched, ipv4, ipv6 }

    init(url: String, fetched: Timestamp, ipv4: [UInt8], ipv6: [UInt8]) {
        self.url = url
        self.fetched = fetched
        self.ipv4 = String(decoding: ipv4, as: UTF8.self)
        self.ipv6 = String(decoding: ipv6, as: UTF8.self)
    }

    /// Reads the one kept in a directory.
    ///
    /// - Returns: nil if there is none, if it is broken, or if it came from somewhere else.
    init?(in directory: String, from url: String) {
        guard let bytes = Self.bytes(of: directory + "/" + Self.file, limit: 4 * Bootstrap.maxBytes),
            let kept = try? JSONDecoder().decode(Self.self, from: Data(bytes)), kept.url == url,
            kept.fetched.milliseconds >= 0, case .success(let bootstrap) = kept.parse()
        else { return nil }
        self = kept
        self.bootstrap = bootstrap
    }

    /// What the texts say.
    func parse() -> Result<Bootstrap, LookupError> {
        Bootstrap.parse(ipv4: Array(ipv4.utf8), ipv6: Array(ipv6.utf8))
    }

    /// Writes it to a directory, in place of the one there; whole or not at all.
    ///
    /// - Returns: Whether that worked.
    func write(to directory: String) -> Bool {
        guard let data = try? JSONEncoder().encode(self) else { return false }
        return (try? data.write(to: URL(fileURLWithPath: directory + "/" + Self.file), options: .atomic)) != nil
    }

    /// The bytes of a file; nil if it cannot be read or has more of them than the limit.
    static func bytes(of path: String, limit: Int) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: limit + 1),
            data.count <= limit
        else { return nil }
        return Array(data)
    }
}
