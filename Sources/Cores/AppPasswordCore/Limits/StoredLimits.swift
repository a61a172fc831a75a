public import AuditCore

/// A row of `app_password_limits` as the database holds it, read only when its password matched: foreign text, possibly
/// broken.
public struct StoredLimits: Sendable, Equatable {
    /// The columns, in the order in which ``columns(of:)`` gives their values.
    public static let columnNames = [
        "services", "networks", "countries", "as_numbers", "not_before", "expires", "unused_days", "bind", "bound",
        "note",
        "set_by", "set_at", "suspended",
    ]

    /// The columns' texts; nil for NULL.
    package var columns: [String?]
    /// The database's time when it was read.
    package var now: Timestamp?
    /// When a login with the password was last let in; asked for only if `unused_days` is set.
    package var lastUse: Timestamp?

    /// Takes what was read; what is no text is a text that says nothing.
    public init(columns: [String?], now: Timestamp?, lastUse: Timestamp?) {
        (self.columns, self.now, self.lastUse) = (columns, now, lastUse)
    }

    /// What a table takes for limits; nil for NULL.
    public static func columns(of limits: Limits) -> [String?] {
        [
            limits.services?.joined(separator: ","), limits.networks?.map(\.description).joined(separator: ","),
            limits.countries?.joined(separator: ","), limits.asNumbers?.map { "AS\($0)" }.joined(separator: ","),
            limits.notBefore?.sqlText, limits.expires?.sqlText, limits.unusedDays.map { "\($0)" },
            limits.binding?.rawValue, limits.bound?.description, limits.note, limits.setBy, limits.setAt?.sqlText,
            limits.suspended?.sqlText,
        ]
    }

    /// The times to judge by.
    ///
    /// - Throws: ``LimitsError`` if the database's time is none.
    package func times(created: Timestamp?) throws(LimitsError) -> LimitTimes {
        guard let now else { throw LimitsError(nil) }
        return LimitTimes(now: now, lastUse: lastUse, created: created)
    }

    /// Reads the limits.
    ///
    /// Lists are separated by commas, with blanks around them as you like; an empty list is none that could be meant.
    ///
    /// - Throws: ``LimitsError`` naming the first column that cannot be read: then nobody knows what was meant, and the
    ///   password must not be taken as if it had no limits.
    /// - Complexity: Linear in the texts.
    public func read() throws(LimitsError) -> Limits {
        guard columns.count == Self.columnNames.count else { throw LimitsError("columns") }
        var limits = Limits()
        limits.services = try list(0) { name in
            name.isEmpty || name.contains { $0 <= 0x20 } ? nil : String(decoding: name, as: UTF8.self).lowercased()
        }
        limits.networks = try list(1) { IPPrefix(String(decoding: $0, as: UTF8.self)) }
        limits.countries = try list(2) { CountryCode($0)?.text }
        limits.asNumbers = try list(3) { UInt32(asNumber: $0) }
        limits.notBefore = try value(4) { Timestamp(sqlText: $0) }
        limits.expires = try value(5) { Timestamp(sqlText: $0) }
        limits.unusedDays = try value(6) { text in Int(text).flatMap { (1...Self.mostDays).contains($0) ? $0 : nil } }
        limits.binding = try value(7) { Limits.Binding(rawValue: $0) }
        if let binding = limits.binding { limits.bound = try value(8) { BoundPlace($0, binding) } }
        (limits.note, limits.setBy) = (columns[9], columns[10])
        // It must be a time only where the days without use count from it.
        limits.setAt = columns[11].flatMap { Timestamp(sqlText: $0) }
        if limits.unusedDays != nil, limits.setAt == nil, columns[11] != nil { throw LimitsError(Self.columnNames[11]) }
        limits.suspended = try value(12) { Timestamp(sqlText: $0) }
        return limits
    }

    /// More days than anybody means.
    package static let mostDays = 36_500

    private func value<Value>(_ column: Int, _ parse: (String) -> Value?) throws(LimitsError) -> Value? {
        guard let text = columns[column] else { return nil }
        guard let value = parse(text) else { throw LimitsError(Self.columnNames[column]) }
        return value
    }

    private func list<Value>(_ column: Int, _ parse: (ArraySlice<UInt8>) -> Value?) throws(LimitsError) -> [Value]? {
        guard let text = columns[column] else { return nil }
        var values: [Value] = []
        for entry in Array(text.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            var entry = entry.drop { $0 == 0x20 }
            while entry.last == 0x20 { entry.removeLast() }
            guard let value = parse(entry) else { throw LimitsError(Self.columnNames[column]) }
            values.append(value)
        }
        return values
    }
}

/// Limits that cannot be read.
public struct LimitsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The column; nil: the database's time.
    package let column: String?

    init(_ column: String?) { self.column = column }

    /// What cannot be read; quotes nothing of it.
    public var description: String {
        column.map { "app_password_limits.\($0) cannot be read" } ?? "the database's time cannot be read"
    }
}
