extension DenyListKind {
    /// Networks and addresses.
    public static let ipNetworks = DenyListKind(IPNetworks.self)
}

/// Networks and addresses, compared with the client's.
final class IPNetworks: DetailedDenyList {
    static let name = "ip_networks"
    static let label = "ip"
    static let facts: [FactKind] = []
    static let syntax = ListSyntax(
        memberNames: [
            "network", "cidr", "prefix", "ip_prefix", "ipv6_prefix", "ipv4prefix", "ipv6prefix", "addressprefixes",
            "ipv4_cidrs", "ipv6_cidrs", "subnet", "netblock", "ip_range", "ip", "ip_address", "ipaddress", "ip address",
            "address", "dst_ip", "src_ip",
        ], hasRanges: true, headersMayBeOneWord: true, columnsOfShortHeader: 1)

    let entries: IndexedEntries<NetworkIndex>

    init(reading reader: inout DenyListReader) {
        var builder = PrefixTable.Builder(capacity: reader.file.bytes.count / 8 + 1)
        var ending: [EndingNetworks.Entry] = []
        var lines = EntryLines()
        reader.eachNetwork { line, prefixes in
            lines.add(line)
            for prefix in prefixes {
                if let lastDay = line.until {
                    ending.append(EndingNetworks.Entry(prefix: prefix, line: line.number, lastDay: lastDay))
                } else {
                    builder.add(prefix, number: line.number)
                }
            }
        }
        entries = IndexedEntries(file: reader.file.name, lines, NetworkIndex(lasting: consume builder, ending: ending))
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        // An IPv4 address does not escape its networks by being wrapped.
        guard let address = facts.address,
            let match = entries.index.match(address, at: attempt.time)
                ?? address.embeddedIPv4.flatMap({ entries.index.match($0, at: attempt.time) })
        else { return nil }
        return denial(of: "\(match.prefix)", line: match.number)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (nil, nil) }

    static func overlaps(in reader: inout DenyListReader) -> ListOverlaps {
        var networks: [(prefix: IPPrefix, line: ListOverlaps.Line)] = []
        reader.eachNetwork { line, prefixes in networks += prefixes.map { ($0, ListOverlaps.Line(line)) } }
        return ListOverlaps(of: networks)
    }

    static func comparable(_ line: ListLine) -> String {
        let prefixes = (try? NetworkLine(line).prefixes()) ?? []
        return prefixes.isEmpty
            ? String(decoding: line.entry, as: UTF8.self) : prefixes.map(\.description).joined(separator: ", ")
    }

    static func coverage(from old: [String], to new: [String]) -> ListDifference.Coverage {
        func ranges(_ texts: [String]) -> AddressRanges {
            AddressRanges(texts.flatMap { $0.split(separator: ", ").compactMap { IPPrefix(String($0)) } })
        }
        let (old, new) = (ranges(old), ranges(new))
        return old == new ? .same : .differs(more: new.count(without: old), less: old.count(without: new))
    }
}

extension DenyListReader {
    /// Calls `body` for each line of networks; the networks of one line are one, or make up a range.
    mutating func eachNetwork(_ body: (ListLine, [IPPrefix]) -> Void) {
        eachEntry { line, problems in
            do throws(NetworkLine.Refusal) {
                body(line, try NetworkLine(line).prefixes())
            } catch {
                problems.add(line: line.number, column: line.column, error.reason)
            }
        }
    }
}
