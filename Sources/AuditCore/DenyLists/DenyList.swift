/// One deny list, ready to be asked: where it came from, and its entries in the shape that finds them fastest.
struct DenyList<Index: Sendable>: Sendable {
    /// The path as written in the settings.
    var file: String
    /// How many entries it has; repeated ones count.
    var count: Int
    /// The entries; each leads to the number of the first line that has it.
    var index: Index

    func rule(_ line: some BinaryInteger) -> RuleReference { RuleReference(file: file, line: Int(line)) }
}
