/// Compiles the lines of a pattern list into one set that can be asked which line matches.
public protocol PatternEngine: Sendable {
    /// Compiles lines; a bad line becomes a problem and is left out of the set, the others are kept.
    ///
    /// - Parameters:
    ///   - lines: The patterns with their line numbers, in file order.
    ///   - matching: Whether a pattern must match the whole text.
    ///   - onLimit: Called once for each pattern that hit the match limit, with its line number.
    /// - Complexity: Linear in the total length of the patterns; done at load, never at a login.
    func compile(
        _ lines: [PatternLine], matching: PatternMatching, onLimit: @escaping @Sendable (PatternProblem) -> Void
    ) -> PatternCompilation
}

/// A compiled pattern list: immutable, shared by all logins.
public protocol PatternSet: Sendable {
    /// How many patterns are in the set.
    var count: Int { get }

    /// The line number of the first pattern, in file order, that matches the text.
    ///
    /// - Complexity: Must not grow with the number of patterns for the kinds of patterns admins write.
    func firstMatch(in text: String) -> Int?
}

/// Which part of the text a pattern has to match.
public enum PatternMatching: String, Sendable {
    /// The whole text, as Python's `re.fullmatch`.
    case full
    /// A prefix of the text, as Python's `re.match`.
    case prefix
}

/// One pattern with the line it stands on.
public struct PatternLine: Sendable, Equatable {
    /// Line number, from 1.
    public var line: Int
    /// The pattern.
    public var text: String

    /// A pattern, with the number of the line it stands on.
    package init(line: Int, text: String) {
        self.line = line
        self.text = text
    }
}

/// Why a pattern was refused, or what an administrator should know of it.
public struct PatternProblem: Sendable, Equatable {
    /// Line number in the list, from 1.
    package var line: Int
    /// Column in the pattern, from 1, counted in Unicode scalars; nil if it is about the whole pattern.
    package var column: Int?
    /// The reason, in words.
    package var reason: String

    /// Says why the pattern of a line is none; without a column it is the pattern as a whole.
    public init(line: Int, column: Int? = nil, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}

/// What compiling a pattern list gave.
public struct PatternCompilation: Sendable {
    /// The patterns that compiled.
    package var set: any PatternSet
    /// Those that did not, in file order.
    package var problems: [PatternProblem]
    /// Lines whose patterns have no literal text to be found by, and so are tried one by one at each login.
    package var unindexedLines: [Int]

    /// What became of lines: a set of those that are patterns, and why the others are none.
    public init(set: any PatternSet, problems: [PatternProblem], unindexedLines: [Int] = []) {
        self.set = set
        self.problems = problems
        self.unindexedLines = unindexedLines
    }
}
