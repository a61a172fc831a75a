/// How many users new lists may refuse that those in force let in (`audit.blast_radius`).
package enum BlastRadius: Sendable, Hashable, CustomStringConvertible {
    /// So many in a hundred; 0 to 100.
    case percent(Double)
    /// So many; not negative.
    case users(Int)

    /// Parses `2%`, `0.5 %` or `40`; nil for anything else.
    package init?(_ text: String) {
        if text.hasSuffix("%") {
            let number = text.dropLast().reversed().drop { $0 == " " }.reversed()
            guard !number.isEmpty, number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
                let percent = Double(String(number)), (0...100).contains(percent)
            else { return nil }
            self = .percent(percent)
        } else {
            guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let users = Int(text) else {
                return nil
            }
            self = .users(users)
        }
    }

    /// Whether more users are newly refused than may be.
    ///
    /// - Parameters:
    ///   - refused: How many are newly refused.
    ///   - known: How many users there are in all.
    package func isExceeded(by refused: Int, of known: Int) -> Bool {
        switch self {
        case .percent(let percent): Double(refused) * 100 > percent * Double(known)
        case .users(let users): refused > users
        }
    }

    /// As the settings have it: `2%`, `40`.
    package var description: String {
        switch self {
        case .percent(let percent): "\(percent == percent.rounded() ? String(Int(percent)) : String(percent))%"
        case .users(let users): String(users)
        }
    }
}
