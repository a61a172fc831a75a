package import AuditCore

/// An end of an app password that is to be announced.
package struct EndAnnouncement: Sendable, Equatable {
    /// When an end is announced.
    package enum Stage: String, Sendable, CaseIterable {
        /// 14 days before it.
        case fourteenDays = "14d"
        /// 3 days before it.
        case threeDays = "3d"
        /// Of one that was set no more than 14 days ahead: once, when half of its time is over.
        case half = "half"
    }

    /// The first moment at which the password is no longer taken.
    package var end: Timestamp
    /// What ends it: ``Limit/expires`` or ``Limit/unusedDays``.
    package var limit: Limit
    /// Which announcement it is.
    package var stage: Stage

    /// What is noted of it, so that it is made once: another end is announced anew. At most 32 letters.
    package var mark: String { "\(end.sqlText) \(stage.rawValue)" }
}

extension Limits {
    /// The announcement that is due; of those that have been missed only the last one.
    ///
    /// - Returns: nil if nothing ends the password, if it has ended, and if its end is far away.
    package func announcement(_ times: LimitTimes) -> EndAnnouncement? {
        guard let end = end(times), times.now < end else { return nil }
        let isUse = end != expires
        let start =
            isUse ? endOfUse(times).map { $0.advanced(byDays: -Int64(unusedDays ?? 0)) } : setAt ?? times.created
        func due(_ stage: EndAnnouncement.Stage) -> EndAnnouncement {
            EndAnnouncement(end: end, limit: isUse ? .unusedDays : .expires, stage: stage)
        }
        if let start, start.advanced(byDays: 14) >= end {
            let half = start.milliseconds + (end.milliseconds - start.milliseconds) / 2
            return times.now.milliseconds >= half ? due(.half) : nil
        }
        if times.now.advanced(byDays: 3) >= end { return due(.threeDays) }
        return times.now.advanced(byDays: 14) >= end ? due(.fourteenDays) : nil
    }
}

extension Timestamp {
    /// The same time of another day of UTC.
    fileprivate func advanced(byDays days: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + days * 86_400_000)
    }
}
