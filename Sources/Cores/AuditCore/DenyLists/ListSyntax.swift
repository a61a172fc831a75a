/// How the entries of a list stand in a file.
public struct ListSyntax: Sendable {
    /// Which lines are comments.
    var comments = ListLine.Comments.ofLiterals
    /// Names under which tables and JSON have such entries, the most telling first; none if files have lines only.
    var memberNames: [String] = []
    /// Whether an entry may be a range, which tables have in two columns, and whether Tor's list of exits is one of such
    /// entries.
    var hasRanges = false
    /// Whether a word alone can be a header, as it can be no entry.
    var headersMayBeOneWord = false
    /// How many columns a header must have to be taken for one if its name for the entries has two letters; nil if it is
    /// never.
    var columnsOfShortHeader: Int?

    /// An entry a line; tables and JSON have them under these names.
    public init(memberNames: [String]) { self.memberNames = memberNames }

    init(
        comments: ListLine.Comments = .ofLiterals, memberNames: [String] = [], hasRanges: Bool = false,
        headersMayBeOneWord: Bool = false, columnsOfShortHeader: Int? = nil
    ) {
        self.comments = comments
        self.memberNames = memberNames
        self.hasRanges = hasRanges
        self.headersMayBeOneWord = headersMayBeOneWord
        self.columnsOfShortHeader = columnsOfShortHeader
    }

    /// A pattern a line.
    static let patterns = ListSyntax(comments: .ofPatterns)
}
