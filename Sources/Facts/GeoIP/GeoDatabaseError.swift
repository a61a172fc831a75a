/// Why one database file cannot be used.
public struct GeoFileProblem: Error, Hashable, CustomStringConvertible {
    /// The file, as the settings name it.
    package let path: String
    /// What is wrong with it, for operators.
    package let reason: String

    /// Says what is wrong with a file.
    package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }

    /// `path: reason`.
    public var description: String { "\(path): \(reason)" }
}

/// The database files that could not be opened, each with its reason.
public struct GeoDatabaseError: Error, Equatable, CustomStringConvertible {
    /// One for each file; never empty.
    package let problems: [GeoFileProblem]

    /// Says what is wrong with each of these files.
    package init(_ problems: [GeoFileProblem]) { self.problems = problems }

    /// One line for each file.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
