/// An entry of the journal.
package struct JournalEntry: Sendable, Equatable {
    /// When journald got it, in microseconds since 1970.
    package var microseconds: UInt64
    /// The fields that were asked for, in the journal's order; a name may come more than once. Values have whatever
    /// characters were sent; bytes that are no UTF-8 are replaced by U+FFFD.
    package var fields: [(name: String, value: String)]

    /// Whether time and fields are equal.
    package static func == (one: JournalEntry, other: JournalEntry) -> Bool {
        one.microseconds == other.microseconds
            && one.fields.elementsEqual(other.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}
