internal import AuditCore
internal import Foundation

/// Names of addresses from a hosts file (hosts(5)).
struct HostsFile: Sendable {
    /// Larger files are not read, in bytes.
    private static let largest = 16 << 20
    private let names: [IPAddress: String]

    /// Reads a file; one that is missing or unreadable names nobody.
    init(path: String) {
        let handle = FileHandle(forReadingAtPath: path)
        self.init(text: (try? handle?.read(upToCount: Self.largest)).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }

    /// Takes the first name of the first line of each address; lines that are none are skipped.
    init(text: String) {
        var names: [IPAddress: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard fields.count > 1, let address = IPAddress(fields[0]), names[address] == nil else { continue }
            let name = fields[1].hasSuffix(".") ? fields[1].dropLast() : fields[1]
            names[address] = DNSName(text: name).description
        }
        self.names = names
    }

    /// The name of an address.
    func name(of address: IPAddress) -> String? { names[address] }
}
