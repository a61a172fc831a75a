internal import AuditCore

/// Who was let in lately, with which app password, from where, and what was known of that: a row each, in bounded memory.
///
/// What many rows share (the user's name, what is known of a network) is held once. A row and what it shares are 200 bytes of a
/// file at most on average, whatever logins there are, and several times as much of memory; of one user the latest ``perUser`` rows
/// are held. Where there is no room the oldest go.
struct RecentLoginRing {
    /// One login.
    struct Login: Equatable {
        var user: String
        var password: Int64?
        var address: IPAddress?
        /// When, in minutes since 1970.
        var minute: UInt32
        var parts: FactParts
    }

    private struct Row {
        var password: Int64?
        var minute: UInt32
        var address: IPAddress?
        /// Numbers of the texts of ``FactParts``; 0 is none.
        var parts: SIMD4<UInt32>
    }

    /// How many bytes of a file there are for each row.
    static let bytesPerRow = 200
    /// What a row takes of a file without its texts, at most; a text takes ``textCost`` and itself.
    private static let rowCost = 120
    private static let textCost = 14
    /// How many rows of one user there are.
    static let perUser = 64
    /// How old rows count.
    static let lifetime: UInt32 = 7 * 24 * 60
    /// How exactly is known when a login was: it is not worth a line in the file each time.
    private static let interval: UInt32 = 60

    let capacity: Int
    /// By the numbers of the users' names.
    private var rows: [UInt32: [Row]] = [:]
    private var texts = SharedTexts()
    /// How many rows there are.
    private(set) var count = 0

    init(capacity: Int) { self.capacity = max(8, capacity) }

    /// Of how many users.
    var userCount: Int { rows.count }

    /// How many bytes of a file it takes, at most; never more than ``capacity`` times ``bytesPerRow``.
    var cost: Int { count * Self.rowCost + texts.count * Self.textCost + texts.bytes }

    private var isFull: Bool { count > capacity || cost > capacity * Self.bytesPerRow }

    /// Takes a login.
    ///
    /// - Parameter parts: What was known of its address; not asked for if the login is hardly newer than its row.
    /// - Returns: What is new, as lines of a file; none if nothing is.
    mutating func note(
        user: String, password: Int64?, address: IPAddress?, minute: UInt32, _ parts: () -> FactParts
    ) -> [RecentLoginLine] {
        let known = texts.number(of: Self.key(of: user))
        var index: Int?
        if let known, let rows = rows[known] {
            index = rows.firstIndex { $0.password == password && Self.isSamePlace($0.address, address) }
            if let index, rows[index].address == address, minute < rows[index].minute &+ Self.interval,
                !Self.isAhead(rows[index].minute, of: minute)
            {
                return []
            }
        }
        var lines: [RecentLoginLine] = []
        var row = Row(password: password, minute: minute, address: address, parts: .zero)
        for (index, text) in parts().texts.enumerated() { row.parts[index] = take(text, &lines) }
        let number = take(Self.key(of: user), &lines)
        var ofUser = rows[number] ?? []
        if index == nil, ofUser.count >= Self.perUser {
            index = ofUser.indices.min { ofUser[$0].minute < ofUser[$1].minute }
        }
        if let index {
            drop(ofUser[index], of: number)
            ofUser[index] = row
        } else {
            ofUser.append(row)
        }
        count += 1
        rows[number] = ofUser
        lines.append(line(of: row, number))
        if isFull { makeRoom(at: minute) }
        return lines
    }

    /// Everything, as lines of a file.
    var lines: [RecentLoginLine] {
        var lines = texts.all.map { RecentLoginLine.text($0.number, $0.text) }
        for (number, rows) in rows { lines += rows.map { line(of: $0, number) } }
        return lines
    }

    /// Calls `body` for each login since a minute, one user's after the other's; what is known of its address is read once for
    /// all that share it.
    func forEach(since minute: UInt32, _ body: (_ user: String, IPAddress?, Facts) -> Void) {
        var read: [UInt32: Facts] = [:]
        func facts(_ number: UInt32) -> Facts {
            if let known = read[number] { return known }
            let facts = FactParts.read(texts[number])
            read[number] = facts
            return facts
        }
        for (number, rows) in rows {
            let user = Self.user(of: texts[number]) ?? ""
            for row in rows where row.minute >= minute {
                body(user, row.address, FactParts.facts(of: row.address, row.parts.numbers.map(facts)))
            }
        }
    }

    /// Takes what is of a clock that was ahead for what it may be: of now.
    mutating func settle(at now: UInt32) {
        for (number, ofUser) in rows where ofUser.contains(where: { Self.isAhead($0.minute, of: now) }) {
            rows[number] = ofUser.map { row in
                var row = row
                row.minute = Self.settled(row.minute, at: now)
                return row
            }
        }
    }

    /// The minute, or now if it is of a clock that was ahead.
    static func settled(_ minute: UInt32, at now: UInt32) -> UInt32 { isAhead(minute, of: now) ? now : minute }

    private static func isAhead(_ minute: UInt32, of now: UInt32) -> Bool { minute > now &+ interval }

    /// Lets go of what was before a minute.
    mutating func drop(before minute: UInt32) {
        for (number, ofUser) in rows where ofUser.contains(where: { $0.minute < minute }) {
            for row in ofUser where row.minute < minute { drop(row, of: number) }
            let left = ofUser.filter { $0.minute >= minute }
            rows[number] = left.isEmpty ? nil : left
        }
    }

    /// A name cannot be taken for facts.
    private static func key(of user: String) -> String { "@" + user }

    /// The name that a text stands for; nil for facts. By bytes: a name may begin with what joins the `@`.
    static func user(of text: String) -> String? {
        text.utf8.first == UInt8(ascii: "@") ? String(decoding: text.utf8.dropFirst(), as: UTF8.self) : nil
    }

    /// The address; of IPv6 the /64, within which clients change theirs daily.
    private static func isSamePlace(_ one: IPAddress?, _ other: IPAddress?) -> Bool {
        guard let one, let other, one.family == .v6, other.family == .v6 else { return one == other }
        return IPPrefix(one, length: 64) == IPPrefix(other, length: 64)
    }

    private mutating func take(_ text: String, _ lines: inout [RecentLoginLine]) -> UInt32 {
        let (number, isNew) = texts.take(text)
        if isNew { lines.append(.text(number, text)) }
        return number
    }

    /// Lets go of a row that is somebody's; the caller takes it out of ``rows``.
    private mutating func drop(_ row: Row, of user: UInt32) {
        for number in row.parts.numbers + [user] { texts.drop(number) }
        count -= 1
    }

    /// Lets the oldest go, an eighth of all, until there is room.
    private mutating func makeRoom(at minute: UInt32) {
        settle(at: minute)
        drop(before: minute < Self.lifetime ? 0 : minute - Self.lifetime)
        while isFull, count > 1 {
            let left = count - max(1, count / 8)
            let oldest = rows.values.joined().map(\.minute).sorted()[count - left - 1]
            drop(before: oldest)
            // Of those that are equally old, any.
            for number in Array(rows.keys) where count > left {
                guard let ofUser = rows[number], let index = ofUser.firstIndex(where: { $0.minute == oldest }) else {
                    continue
                }
                drop(ofUser[index], of: number)
                rows[number]?.remove(at: index)
                if ofUser.count == 1 { rows[number] = nil }
            }
        }
    }

    private func line(of row: Row, _ user: UInt32) -> RecentLoginLine {
        .login(user: user, password: row.password, address: row.address, minute: row.minute, parts: row.parts.numbers)
    }
}

extension SIMD4<UInt32> {
    fileprivate var numbers: [UInt32] { [x, y, z, w] }
}
