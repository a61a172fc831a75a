/// Why lists of a source are not to be had, or not to be taken.
package struct ListSourceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is.
    package struct Code: Sendable, Hashable {
        let name: String
        /// The source cannot be asked or read now; what it holds is not known.
        package static let unavailable = Code(name: "unavailable")
        /// What it holds are no lists, or are not written as they have to be.
        package static let malformed = Code(name: "malformed")
        /// Nobody whose key is known has signed it.
        package static let untrusted = Code(name: "untrusted")
        /// It was signed before what is in force, or in the future.
        package static let outOfTime = Code(name: "out of time")
    }

    /// What kind of trouble it is.
    package let code: Code
    /// What is wrong, a line each, for an administrator; nothing in it does anything to a terminal.
    package let problems: [String]

    /// One or more problems of a kind, in words for an administrator.
    package init(_ code: Code, _ problems: [String]) { (self.code, self.problems) = (code, problems) }

    /// A single problem.
    package init(_ code: Code, _ problem: String) { self.init(code, [problem]) }

    /// All problems in a line.
    package var description: String { problems.joined(separator: "; ") }
}
