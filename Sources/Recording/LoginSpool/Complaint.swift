internal import AuditCore
internal import Logging

/// Trouble that an operator must hear of, but not at every login.
enum Complaint: Sendable {
    case full
    case tooManyHeld
    case storage(SpoolError)
    case stalled
    case withheld
    case unlinked
    case database(String)
    case unreadable(Int)

    /// What is the same of complaints that are said once a minute.
    enum Kind: Hashable, Sendable {
        case full, tooManyHeld, storage, stalled, withheld, unlinked, database, unreadable
    }

    var kind: Kind {
        switch self {
        case .full: .full
        case .tooManyHeld: .tooManyHeld
        case .storage: .storage
        case .stalled: .stalled
        case .withheld: .withheld
        case .unlinked: .unlinked
        case .database: .database
        case .unreadable: .unreadable
        }
    }

    var level: Logger.Level {
        switch self {
        case .full, .tooManyHeld, .unreadable: .critical
        case .storage, .stalled, .withheld, .unlinked: .error
        case .database: .warning
        }
    }

    var text: String {
        switch self {
        case .full: "the login spool is full: uses of app passwords are being lost until the database takes rows again"
        case .tooManyHeld: "the login spool cannot be written: uses of app passwords are being lost"
        case .storage: "the login spool cannot be written; uses of app passwords are kept in memory for the database"
        case .stalled: "the disk of the login spool does not go on; uses of app passwords are kept in memory meanwhile"
        case .withheld: "the login spool cannot note what it hands to the database; rows wait until it can"
        case .unlinked: "a file of the login spool was removed behind our back; going on in a new one"
        case .database: "rows of the login log cannot be written to the database; they are kept and tried again"
        case .unreadable: "rows of the login log could not be read back from the spool and are lost"
        }
    }

    var detail: String? {
        switch self {
        case .full, .tooManyHeld, .stalled, .withheld, .unlinked: nil
        case .storage(let error): error.description
        case .database(let detail): detail
        case .unreadable(let count): "\(count) rows"
        }
    }
}

/// Lets each kind of complaint through once a minute and counts the rest.
struct Complaints: Sendable {
    private var last: [Complaint.Kind: (time: Timestamp, unsaid: Int)] = [:]

    /// How many were held back since the last one said; nil if this one is held back, too.
    mutating func admit(_ kind: Complaint.Kind, at now: Timestamp) -> Int? {
        if let before = last[kind], now >= before.time, now < before.time.advanced(by: .seconds(60)) {
            last[kind] = (before.time, before.unsaid + 1)
            return nil
        }
        defer { last[kind] = (now, 0) }
        return last[kind]?.unsaid ?? 0
    }
}

extension ReplayReport {
    /// Whether nothing is wrong.
    var isEmpty: Bool { damaged.isEmpty && torn.isEmpty && setAside.isEmpty }

    /// Says what was found.
    func log(to logger: Logger, waiting: Int) {
        if isOver, waiting > 0 {
            logger.notice("rows of the login log wait in the spool", metadata: ["spool.waiting": "\(waiting)"])
        }
        for (name, bytes) in torn {
            logger.warning(
                "the last record of a login spool file was torn and has been cut off",
                metadata: ["spool.file": "\(name)", "spool.bytes": "\(bytes)"])
        }
        for (name, stretches) in damaged {
            logger.error(
                "a login spool file is damaged; what could be read was kept",
                metadata: ["spool.file": "\(name)", "spool.stretches": "\(stretches)"])
        }
        for error in setAside {
            logger.critical("a login spool file cannot be read and was set aside", metadata: ["error": "\(error)"])
        }
    }
}
