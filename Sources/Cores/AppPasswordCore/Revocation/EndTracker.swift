package import AuditCore

/// Tells what is new in a database's answers about ended passwords: a value without clock or I/O.
///
/// Each answer is asked from a little before the last one on, as transactions end later than they began and `deleted` may have
/// whole seconds only; what was told before is not told again.
package struct EndTracker: Sendable {
    /// From when on to ask next; nil: nothing was asked yet.
    package private(set) var since: Timestamp?
    /// What was told, by password, with the time of its end.
    private var told: [Int64: Timestamp] = [:]

    /// How far back an answer reaches into the one before it.
    package static let overlap = Duration.seconds(15)

    /// Makes a tracker that has been told nothing.
    package init() {}

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - answer: What was answered to a question from ``since`` on.
    ///   - asked: The ids that were asked about: those that are not there have ended, too.
    /// - Returns: Those that were not told before, and whether more are waiting: then ask again at once.
    package mutating func take(_ answer: EndedAnswer, asked: [Int64]) -> (new: [EndedPassword], isPartial: Bool) {
        var new: [EndedPassword] = []
        var isNew: Set<Int64> = []
        for ended in answer.ended where told[ended.id].map({ $0 < ended.time }) ?? true {
            told[ended.id] = ended.time
            if isNew.insert(ended.id).inserted { new.append(ended) }
        }
        let known = Set(answer.ended.map(\.id))
        for id in asked where !answer.present.contains(id) && !known.contains(id) && told[id] == nil {
            new.append(EndedPassword(id: id, user: nil, reason: .removed, time: answer.now))
        }
        // A full page ends where its last one ended, and the next begins there. Those asked about are no part of it: they
        // ended before the page begins, or are in it, or come after it.
        let start = since ?? answer.now.advanced(by: .zero - EndedAnswer.firstReach)
        let full = EndReason.allCases.compactMap { reason -> Timestamp? in
            var ids: Set<Int64> = []
            let times = answer.ended.filter { $0.reason == reason && $0.time >= start && ids.insert($0.id).inserted }
                .map(\.time).sorted()
            return times.count >= EndedAnswer.mostOfAKind ? times[EndedAnswer.mostOfAKind - 1] : nil
        }
        guard let end = full.min() else {
            since = answer.now.advanced(by: .zero - Self.overlap)
            let horizon = since ?? answer.now
            told = told.filter { $0.value >= horizon }
            return (new, false)
        }
        // More than a page in one moment: the rest of it is found by asking about passwords that are in use.
        since = end > (since ?? Timestamp(milliseconds: .min)) ? end : end.advanced(by: .seconds(1))
        return (new, true)
    }
}
