/// Entries as bytes, written once into one buffer: what sinks make of every login. The same as ``AuditEntry/jsonLine``,
/// ``AuditValue/jsonText`` and ``AuditField/journalText``, without their texts in between.
extension AuditEntry {
    /// Appends ``jsonLine``.
    package func appendJSONLine(to bytes: inout [UInt8]) {
        bytes.append(text: "{\"timestamp\":\"")
        bytes.append(text: time.description)
        bytes.append(text: "\",\"priority\":")
        bytes.append(number: Int64(priority))
        bytes.append(text: ",\"message\":")
        bytes.append(json: message)
        for field in fields {
            bytes.append(text: ",\"")
            for byte in field.name.utf8.dropFirst("AUDIT_".utf8.count) {
                bytes.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
            }
            bytes.append(text: "\":")
            field.value.appendJSON(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends the journal's fields, `NAME=value` each, and notes where each ends.
    package func appendJournalFields(to bytes: inout [UInt8], ends: inout [Int]) {
        func field(_ name: String, _ write: (inout [UInt8]) -> Void) {
            bytes.append(text: name)
            bytes.append(UInt8(ascii: "="))
            write(&bytes)
            ends.append(bytes.count)
        }
        field("MESSAGE") { $0.append(text: message) }
        field("PRIORITY") { $0.append(number: Int64(priority)) }
        field("SYSLOG_IDENTIFIER") { $0.append(text: identifier) }
        for one in fields {
            field(one.name) { bytes in
                switch (one.spelling, one.value) {
                case (_, .text(let text)): bytes.append(text: text)
                case (.python, _): one.value.appendPython(to: &bytes)
                case (.json, _): one.value.appendJSON(to: &bytes)
                }
            }
        }
    }
}

extension AuditValue {
    /// Appends ``jsonText``.
    func appendJSON(to bytes: inout [UInt8]) {
        switch self {
        case .none: bytes.append(text: "null")
        case .bool(let value): bytes.append(text: value ? "true" : "false")
        case .integer(let value): bytes.append(number: value)
        case .double(let value): bytes.append(text: value.isFinite ? value.description : "null")
        case .text(let value): bytes.append(json: value)
        case .list(let values), .tuple(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.appendJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(json: member.key)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .json(let value): bytes.append(text: value)
        }
    }

    /// Appends ``pythonRepresentation``.
    func appendPython(to bytes: inout [UInt8]) {
        func list(_ values: [AuditValue], _ end: String) {
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(text: ", ") }
                value.appendPython(to: &bytes)
            }
            bytes.append(text: end)
        }
        switch self {
        case .none: bytes.append(text: "None")
        case .bool(let value): bytes.append(text: value ? "True" : "False")
        case .integer(let value): bytes.append(number: value)
        case .double(let value): bytes.append(text: value.isFinite ? value.description : "None")
        case .text(let value): bytes.append(python: value)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            list(values, "]")
        case .tuple(let values):
            bytes.append(UInt8(ascii: "("))
            list(values, values.count == 1 ? ",)" : ")")
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(text: ", ") }
                bytes.append(python: member.key)
                bytes.append(text: ": ")
                member.value.appendPython(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .json(let text): bytes.append(text: text)
        }
    }
}

extension [UInt8] {
    /// Appends a text as it is.
    fileprivate mutating func append(text: String) { append(contentsOf: text.utf8) }

    /// Appends a whole number.
    fileprivate mutating func append(number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = number.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Appends a text as JSON, with quotes.
    fileprivate mutating func append(json text: String) {
        append(quoted: text, UInt8(ascii: "\"")) { text in
            var escaped = ""
            text.appendJSON(to: &escaped)
            return escaped
        }
    }

    /// Appends a text as Python's `repr()` shows it.
    fileprivate mutating func append(python text: String) {
        append(quoted: text, UInt8(ascii: "'")) { AuditValue.text($0).pythonRepresentation }
    }

    /// Appends a text between quotes; one that is not plain is written by other means.
    private mutating func append(quoted text: String, _ quote: UInt8, otherwise: (String) -> String) {
        let start = count
        append(quote)
        var isPlain = true
        for byte in text.utf8 {
            guard (0x20...0x7E).contains(byte), byte != quote, byte != UInt8(ascii: "\\") else {
                isPlain = false
                break
            }
            append(byte)
        }
        if isPlain { return append(quote) }
        removeSubrange(start...)
        append(text: otherwise(text))
    }
}
