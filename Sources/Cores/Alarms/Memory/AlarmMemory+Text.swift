import AuditCore
import Locks

extension AlarmMemory {
    /// More bytes than any memory is written with.
    package static let mostBytes = 256 << 20
    /// The first line of what ``text`` gives.
    package static let title = "web-auth alarms 1"

    /// The memory as lines of ASCII that ``init(reading:bounds:)`` takes: a title, a line for each thing remembered, those used
    /// longest ago first, and one that says how many these are and what they sum up to.
    ///
    /// - Complexity: Some 300 bytes and a microsecond or two for each password.
    package var text: [UInt8] {
        var writer = MemoryWriter()
        asNumbers.forEach { number, history in
            writer.line("O", [.number(Int64(number)), .text(history.name)] + history.users.map { .digest($0) })
        }
        users.forEach { digest, history in
            let uses = history.networks.flatMap { [MemoryField.digest($0.network), .time($0.time)] }
            writer.line("U", [.digest(digest), .time(history.saidMany)] + uses)
            for news in history.news { writer.line("N", [.digest(digest), .digest(news.network), .time(news.time)]) }
            for town in history.whereabouts.towns {
                writer.line(
                    "T",
                    [.digest(digest), .time(town.time)] + ObservedLogin.Point?(town.point).fields
                        + (town.told.map { [.time($0)] } ?? []))
            }
            for arrival in history.whereabouts.arrivals {
                writer.line(
                    "E", [.digest(digest), .number(arrival.passwordID), .text(arrival.service)] + arrival.visit.fields)
            }
        }
        passwords.forEach { id, history in
            writer.line(
                "P",
                [
                    .number(id), .time(history.first), .time(history.saidMany), .time(history.saidRevoked),
                    .number(Int64(history.tries)),
                ])
            for habit in history.countries {
                writer.line("C", [.text(habit.value), .time(habit.first), .time(habit.last)])
            }
            for habit in history.asNumbers {
                writer.line(
                    "A", [.number(Int64(habit.value)), .time(habit.first), .time(habit.last)] + habit.point.fields)
            }
            for visit in history.visits { writer.line("V", visit.fields) }
            for said in history.said { writer.line("S", [.digest(said.pair), .time(said.time)]) }
            if let journey = history.journey { writer.line("J", [.text(journey.value), .time(journey.first)]) }
        }
        for time in suspensions { writer.line("B", [.time(time)]) }
        return writer.finish(title: Self.title)
    }
}

extension PasswordHistory.Visit {
    fileprivate var fields: [MemoryField] {
        [
            .text(network.description), .text(address.description), .time(time), .text(country),
            asNumber.map { .number(Int64($0)) } ?? .none, .text(name),
        ] + point.fields
    }
}

extension ObservedLogin.Point? {
    fileprivate var fields: [MemoryField] {
        guard let self else { return [.none, .none, .none] }
        return [
            .number(Int64((self.latitude * 10_000).rounded())), .number(Int64((self.longitude * 10_000).rounded())),
            .number(Int64(Swift.min(self.radius, 30_000).rounded())),
        ]
    }
}

/// One value of a line.
enum MemoryField {
    /// `-`.
    case none
    /// In decimal.
    case number(Int64)
    /// In hexadecimal.
    case digest(UInt64)
    /// Milliseconds since 1970; `-` for none.
    case time(Timestamp?)
    /// With every byte but letters, digits, `.`, `:` and `/` as `%XX`, and `%` alone for an empty one; `-` for none.
    case text(String?)
}

/// Writes lines, and sums them up.
struct MemoryWriter {
    private var bytes: [UInt8] = []
    private var count = 0
    private static let hexDigits = Array("0123456789abcdef".utf8)

    mutating func line(_ name: String, _ fields: [MemoryField]) {
        bytes += name.utf8
        for field in fields {
            bytes.append(0x20)
            switch field {
            case .none: bytes.append(UInt8(ascii: "-"))
            case .number(let number): bytes += String(number).utf8
            case .digest(let digest): bytes += String(digest, radix: 16).utf8
            case .time(let time): bytes += (time.map { String($0.milliseconds) } ?? "-").utf8
            case .text(let text): add(text)
            }
        }
        bytes.append(0x0A)
        count += 1
    }

    mutating func finish(title: String) -> [UInt8] {
        let sum = Self.sum(bytes[...])
        return Array("\(title)\n".utf8) + bytes + Array("Z \(count) \(String(sum, radix: 16))\n".utf8)
    }

    static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var digest = Digest()
        for byte in bytes { digest.add(byte) }
        return digest.value
    }

    private mutating func add(_ text: String?) {
        guard let text else { return bytes.append(UInt8(ascii: "-")) }
        if text.isEmpty { bytes.append(UInt8(ascii: "%")) }
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), Self.hexDigits[Int(byte >> 4)], Self.hexDigits[Int(byte & 15)]]
            }
        }
    }
}
