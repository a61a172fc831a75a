/// Texts that are held once, however many use them, each under a number that is never used again; told apart by their bytes.
struct SharedTexts {
    /// Texts of Swift are equal if they look alike; patterns and names are not.
    private struct Key: Hashable {
        var text: String

        static func == (one: Self, other: Self) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

        func hash(into hasher: inout Hasher) {
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }

    private var numbers: [Key: UInt32] = [:]
    private var uses: [UInt32: (text: String, count: Int)] = [:]
    private var next: UInt32 = 0
    /// The bytes of all of them.
    private(set) var bytes = 0

    /// How many there are.
    var count: Int { uses.count }

    /// The text of a number that is in use.
    subscript(number: UInt32) -> String { uses[number]?.text ?? "" }

    /// All of them.
    var all: [(number: UInt32, text: String)] { uses.map { ($0.key, $0.value.text) } }

    /// The number of a text, if there is one.
    func number(of text: String) -> UInt32? { numbers[Key(text: text)] }

    /// Uses a text.
    ///
    /// - Returns: Its number, and whether nobody had used it.
    mutating func take(_ text: String) -> (number: UInt32, isNew: Bool) {
        let key = Key(text: text)
        if let number = numbers[key] {
            uses[number]?.count += 1
            return (number, false)
        }
        next += 1
        numbers[key] = next
        uses[next] = (text, 1)
        bytes += text.utf8.count
        return (next, true)
    }

    /// Uses a text no more.
    mutating func drop(_ number: UInt32) {
        guard let (text, count) = uses[number] else { return }
        guard count == 1 else { return uses[number] = (text, count - 1) }
        uses[number] = nil
        numbers[Key(text: text)] = nil
        bytes -= text.utf8.count
    }
}
