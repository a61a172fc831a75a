/// A bad line of a deny list.
public struct ListProblem: Sendable, Equatable, CustomStringConvertible {
    /// The list's path as written in the settings.
    public var file: String
    /// Line number, from 1.
    public var line: Int
    /// Column, from 1, counted in Unicode scalars; nil if it is about the whole line.
    package var column: Int?
    /// What is wrong, in words; what it quotes of the line is short and has no control characters.
    public var reason: String

    /// Says what is wrong where; without a column it is the line as a whole.
    package init(file: String, line: Int, column: Int? = nil, reason: String) {
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// `lists/net_cc.deny.lst:12:1: "USA" is no country code (two letters)`.
    public var description: String {
        "\(file):\(line):\(column.map { "\($0):" } ?? "") \(reason)"
    }
}

/// The problems of one file, a bounded number of them.
struct ListProblems {
    /// How many problems of one file are named; a file of another kind altogether has millions.
    static let limit = 100

    let file: String
    /// Of which kind the lines are, for those that are not named: `bad`.
    private let noun: String
    private(set) var named: [ListProblem] = []
    private var firstUnnamed: Int?
    private var unnamedCount = 0

    init(file: String, noun: String = "bad") { (self.file, self.noun) = (file, noun) }

    mutating func add(line: Int, column: Int? = nil, _ reason: @autoclosure () -> String) {
        if named.count < Self.limit {
            named.append(ListProblem(file: file, line: line, column: column, reason: reason()))
        } else {
            firstUnnamed = min(firstUnnamed ?? line, line)
            unnamedCount += 1
        }
    }

    /// How many there are, named or not.
    var count: Int { named.count + unnamedCount }

    /// The problems in line order, with a last one that counts those not named.
    var all: [ListProblem] {
        let sorted = named.sorted { ($0.line, $0.column ?? 0) < ($1.line, $1.column ?? 0) }
        guard let firstUnnamed else { return sorted }
        let more = "\(unnamedCount) more \(noun) \(unnamedCount == 1 ? "line" : "lines") from here on"
        return sorted + [ListProblem(file: file, line: firstUnnamed, reason: more)]
    }
}
