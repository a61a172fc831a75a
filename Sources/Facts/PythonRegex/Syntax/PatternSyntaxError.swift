/// Why a pattern was refused: Python's words, and where.
struct PatternSyntaxError: Error, Equatable {
    /// The reason as `re.error.msg` spells it.
    var reason: String
    /// Offset in the pattern in Unicode scalars, from 0, as `re.error.pos`; nil where Python gives none.
    var offset: Int?

    init(_ reason: String, at offset: Int? = nil) {
        self.reason = reason
        self.offset = offset
    }
}
