/// A pattern in PCRE2's syntax that matches what the Python pattern does.
struct PCRE2Pattern {
    /// UTF-8; to be compiled as UTF, anchored, with `.` for every character and LF as the only newline.
    var text: [UInt8]
    /// What the callouts decide, by their number less one: what PCRE2 has no syntax for.
    var conditions: [CalloutCondition]
}

/// What a callout asks at a point of a match; group numbers are PCRE2's.
enum CalloutCondition: Equatable {
    /// Whether the text since the empty group `start` equals what `group` captured.
    case equals(group: Int, start: Int, CaseFolding)
    /// Whether the last capture of `group`, which is open again, reaches to where it was opened: the empty group
    /// `start`.
    case reaches(group: Int, start: Int)

    enum CaseFolding {
        case none, ascii, unicode
    }
}
