package import AuditCore
internal import Report

/// What judging recorded logins again has shown.
package struct ReplayFindings: Sendable {
    /// Somebody, or a password of somebody's, whose logins would be decided otherwise.
    package struct Person: Sendable, Equatable {
        /// The name typed.
        package var user: String
        /// The app password; nil for the user as a whole.
        package var password: Int?
        /// How many of the logins.
        package var logins: Int
        /// The last of these.
        package var last: Timestamp
        /// Where that came from; nil for a login over a local socket.
        package var address: String?
        /// The line that refuses it, or of a login let in the line that had refused it.
        package var rule: String?
        /// Whether it is a honeypot, whose logins it is well to refuse.
        package var isHoneypot = false
    }

    /// Logins that would be decided otherwise, in one direction; whose there are most of comes first.
    package struct Change: Sendable, Equatable {
        /// How many.
        package var logins: Int
        /// Whose.
        package var users: [Person]
        /// With which app passwords.
        package var passwords: [Person]
    }

    /// A line of the candidate's that logins met.
    package struct Line: Sendable, Equatable {
        /// The list that it stands in: several may share a file. nil for what is no list, such as a disabled service.
        package var list: ListKey?
        /// `lists/network_cc.deny.lst:12`.
        package var rule: String
        /// How many logins it decided.
        package var hits: Int
        /// How many of these were of honeypots.
        package var honeypotHits = 0
        /// Of how many users; honeypots are none.
        package var users: Int
        /// The last of them.
        package var last: Timestamp
    }

    /// Lines that decided, as they are told apart for people: where lists share a file the list is named as well.
    var namedLines: [(name: String, line: Line)] {
        let uses = lines.reduce(into: [:]) { $0[$1.rule, default: 0] += 1 }
        return lines.map { line in
            let list = uses[line.rule, default: 1] > 1 ? line.list.map { " (\($0))" } ?? "" : ""
            return (line.rule + list, line)
        }
    }

    /// How it came out as a whole.
    package enum Outcome: Int32, Sendable {
        /// Every login would be decided as it is.
        case same = 0
        /// Some would not.
        case differs = 1
        /// None is known to differ, but of more than one login in ten (or of none at all) too little is known to say so.
        case tooFewFacts = 3
    }

    /// From where records were taken; nil: from the first.
    package var since: Timestamp?
    /// To where.
    package var until: Timestamp
    /// When the first login was.
    package var first: Timestamp?
    /// When the last one was.
    package var last: Timestamp?
    /// Whether it was compared with what was decided then, and not with what is in force.
    package var isAgainstRecords: Bool
    /// How many logins were judged.
    package var logins: Int
    /// How many people they were of; honeypots are none.
    package var users: Int
    /// How many the candidate refuses.
    package var refused: Int
    /// How many it would refuse if it did not only watch.
    package var wouldDeny: Int
    /// Let in as it is, refused by the candidate.
    package var newlyRefused: Change
    /// Refused as it is, let in by the candidate.
    package var newlyAllowed: Change
    /// The lines that decided, by hits.
    package var lines: [Line]
    /// How many logins a list of the candidate's could not judge for want of a fact.
    package var withoutFacts: Int
    /// How many records are of before `AUDIT_FACTS`, or have more entities than it holds.
    package var incomplete: Int
    /// What the reader should know, a sentence each.
    package var notes: [String]

    let timeline: (width: Duration, bars: [Timeline.Bar])
    let places: [WorldMap.Place]

    /// How it came out.
    package var outcome: Outcome {
        if newlyRefused.logins + newlyAllowed.logins > 0 { return .differs }
        return logins == 0 || withoutFacts * 10 > logins ? .tooFewFacts : .same
    }

    init(_ tallies: ReplayTallies, since: Timestamp?, until: Timestamp, baseline: Replay.Baseline) {
        (self.since, self.until, first, last) = (since, until, tallies.first, tallies.last)
        isAgainstRecords = if case .records = baseline { true } else { false }
        logins = tallies.logins
        users = tallies.users.keyCount + tallies.users.omitted.keys
        refused = tallies.refused
        wouldDeny = tallies.wouldDeny
        newlyRefused = Change(tallies.newlyRefused)
        newlyAllowed = Change(tallies.newlyAllowed)
        lines = tallies.lines.map { key, line in
            Line(
                list: key.list, rule: key.rule.description, hits: line.hits, honeypotHits: line.honeypotHits,
                users: line.users.count, last: line.last)
        }
        .sorted {
            if $0.hits != $1.hits { return $0.hits > $1.hits }
            return $0.rule != $1.rule ? $0.rule < $1.rule : $0.list?.description ?? "" < $1.list?.description ?? ""
        }
        withoutFacts = tallies.withoutFacts
        incomplete = tallies.incomplete
        places = tallies.places.sorted
        timeline =
            if let first = since ?? tallies.first, let last = tallies.last {
                tallies.timeline.bars(from: first, to: last, limit: 100)
            } else { (.zero, []) }
        notes = tallies.notes
    }
}

extension ReplayFindings.Change {
    fileprivate init(_ change: ReplayTallies.Change) {
        logins = change.logins
        users = change.users.sorted.map { entry in
            ReplayFindings.Person(
                user: entry.key, logins: entry.count, last: entry.note.login.time, address: entry.note.login.address,
                rule: entry.note.rule, isHoneypot: entry.note.isHoneypot)
        }
        passwords = change.passwords.sorted.map { entry in
            ReplayFindings.Person(
                user: entry.key.user, password: entry.key.id, logins: entry.count, last: entry.note.login.time,
                address: entry.note.login.address, rule: entry.note.rule, isHoneypot: entry.note.isHoneypot)
        }
    }
}

extension ReplayTallies {
    fileprivate var notes: [String] {
        var notes: [String] = []
        if incomplete > 0 {
            notes.append(
                """
                \(incomplete.grouped) records do not hold all facts (AUDIT_FACTS): they were judged by what they have, one AS \
                and one PTR name
                """)
        }
        if refusedOtherwise > 0 {
            notes.append("\(refusedOtherwise.grouped) logins were refused whatever lists say, and were not judged")
        }
        if ofNobody > 0 {
            notes.append(
                "\(ofNobody.grouped) logins were of users whom nobody knows (AUDIT_UNKNOWN_USER), and were not judged")
        }
        let omitted = newlyRefused.users.omitted.keys + newlyAllowed.users.omitted.keys + users.omitted.keys
        if omitted > 0 {
            notes.append("more users than are told apart: some are missing, and counts are at least as shown")
        }
        if areLinesCut {
            notes.append("more lines and users than are told apart: users of a line are at least as shown")
        }
        return notes
    }
}
