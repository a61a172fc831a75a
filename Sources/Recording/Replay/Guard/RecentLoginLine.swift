internal import AuditCore

/// A line of the file that recent logins outlive a process in: a text and its number, or a login that uses such numbers.
///
/// Columns are separated by tabs: `t 17 @alice`, `l 17 7 192.0.2.1 29741234 3 4 5 6`; `-` stands for nothing.
enum RecentLoginLine: Equatable {
    case text(UInt32, String)
    case login(user: UInt32, password: Int64?, address: IPAddress?, minute: UInt32, parts: [UInt32])

    /// What the file begins with.
    static let title = "dovecot-web-auth recent logins 1"

    /// Reads a line; nil if it is none, such as half of one.
    init?(_ line: Substring) {
        let columns = line.utf8.split(separator: 9, omittingEmptySubsequences: false).map { Substring($0) }
        switch columns.first {
        case "t":
            guard columns.count == 3, let number = UInt32(columns[1]), let text = columns[2].unescaped else {
                return nil
            }
            self = .text(number, text)
        case "l":
            let parts = columns.dropFirst(5).compactMap { UInt32($0) }
            guard columns.count == 5 + FactParts.count, parts.count == FactParts.count, let user = UInt32(columns[1]),
                let minute = UInt32(columns[4])
            else { return nil }
            let (password, address) = (Int64(columns[2]), IPAddress(columns[3]))
            guard password != nil || columns[2] == "-", address != nil || columns[3] == "-" else { return nil }
            self = .login(user: user, password: password, address: address, minute: minute, parts: parts)
        default: return nil
        }
    }

    /// The line, with its end.
    var text: String {
        switch self {
        case .text(let number, let text): "t\t\(number)\t\(text.escaped)\n"
        case .login(let user, let password, let address, let minute, let parts):
            "l\t\(user)\t\(password.map(String.init) ?? "-")\t\(address?.description ?? "-")\t\(minute)"
                + parts.map { "\t\($0)" }.joined() + "\n"
        }
    }
}

extension RecentLoginRing {
    /// Takes a line of a file, as far as it can be understood.
    ///
    /// - Parameters:
    ///   - texts: Those of the lines before, by number.
    ///   - now: The minute in which the file is read.
    mutating func take(_ line: Substring, _ texts: inout [UInt32: String], at now: UInt32) {
        switch RecentLoginLine(line) {
        case .text(let number, let text): texts[number] = text
        case .login(let user, let password, let address, let minute, let parts):
            guard let name = texts[user].flatMap(Self.user) else { return }
            let known = parts.compactMap { texts[$0] }
            guard known.count == parts.count else { return }
            _ = note(user: name, password: password, address: address, minute: Self.settled(minute, at: now)) {
                FactParts(texts: known)
            }
        case nil: return
        }
    }
}

extension StringProtocol {
    /// Without tabs and ends of lines.
    fileprivate var escaped: String {
        guard utf8.contains(where: { $0 == 9 || $0 == 10 || $0 == 92 }) else { return String(self) }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\\": text += "\\\\"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    fileprivate var unescaped: String? {
        guard utf8.contains(92) else { return String(self) }
        var (text, isEscape) = ("", false)
        for scalar in unicodeScalars {
            if isEscape {
                guard let meant: Unicode.Scalar = ["t": "\t", "n": "\n", "\\": "\\"][scalar] else { return nil }
                text.unicodeScalars.append(meant)
                isEscape = false
            } else if scalar == "\\" {
                isEscape = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return isEscape ? nil : text
    }
}
