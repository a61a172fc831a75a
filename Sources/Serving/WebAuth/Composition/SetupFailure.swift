import AppPasswordCore

/// Why the program cannot be set up, with the status it ends with.
struct SetupFailure: Error, CustomStringConvertible {
    /// Exit statuses of sysexits(3).
    enum Status: Int32 {
        case usage = 64
        case unavailable = 69
        case `internal` = 70
        case output = 74
        case temporary = 75
        case permission = 77
        case configuration = 78
    }

    /// What is wrong, a line each.
    let problems: [String]
    let exitCode: Status
    /// What was noticed besides.
    var notes: [String] = []

    init(_ problems: [String], exitCode: Status) {
        self.problems = problems
        self.exitCode = exitCode
    }

    init(_ error: BackendError) {
        self.init([error.debugDescription], exitCode: .unavailable)
    }

    var description: String { problems.joined(separator: "\n") }
}
