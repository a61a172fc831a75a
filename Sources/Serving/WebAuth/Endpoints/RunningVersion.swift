import StrictJSON

/// What `/version` says: what runs here, for comparing it with what runs elsewhere.
struct RunningVersion: Sendable {
    /// How the source of lists is doing.
    struct Source: Sendable {
        /// `ok`, `refused` or `unavailable`.
        var status: String
        /// When the lists in force were signed, as RFC 3339 writes it; nil: nobody has signed them.
        var signed: String?
        /// Why what it has is not in force.
        var problems: [String]
    }

    var version: String
    var commit: String
    /// SHA-256 in hexadecimal digits.
    var settings: String
    /// SHA-256 in hexadecimal digits.
    var lists: String
    /// When settings were last read, as RFC 3339 writes it.
    var reloaded: String
    /// nil: there is none.
    var source: Source?

    /// As it is answered.
    var json: JSONText {
        JSONText { object in
            object.member("version", version)
            object.member("commit", commit)
            object.member("settings", settings)
            object.member("lists", lists)
            object.member("reloaded", reloaded)
            guard let source else { return }
            object.object("lists_source") { member in
                member.member("status", source.status)
                if let signed = source.signed { member.member("signed", signed) }
                if !source.problems.isEmpty { member.array("problems", source.problems) }
            }
        }
    }
}
