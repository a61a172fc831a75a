package import AuditCore

/// Decides which uses of app passwords get a row of their own in the `log` table.
///
/// Uses of one (password, service, address) share a *bucket*. The first is written at once. Of those that follow within
/// ``bucket`` of the first only the last is written, when ``quiet`` passes without another or the bucket ends; the next
/// use then starts a new bucket. So last-used is never more than ``bucket`` stale, nor more than ``quiet`` once a client
/// pauses.
///
/// What is decided depends on the logins' own times alone, however late ``due(at:)`` is called:
/// * a use no later than the latest of its bucket, and no more than ``bucket`` before its start, is covered: the row of
///   that latest use stands for it, also if both fell into one millisecond;
/// * a use still earlier than that means that the clock was set back: it starts a new bucket, and what was pending is
///   released.
///
/// A value without clock or I/O: uses are known to it by number only, the caller keeps the rows. Number 0 is not a use.
package struct LoginCoalescer: Sendable {
    /// What becomes of a use.
    package enum Decision: Sendable, Equatable {
        /// It starts a bucket and is written at once.
        case first
        /// It is pending until it is released or replaced; it replaces the use of this number, if any, which is never written.
        case follower(replacing: UInt64?)
        /// A row that is written or pending already stands for it: nothing is to be done.
        case covered
    }

    /// A decision and what it does to the buckets; made by ``plan(for:)``, carried out by ``apply(_:number:)``.
    package struct Plan: Sendable {
        /// What becomes of the use.
        package let decision: Decision
        /// When the bucket that it belongs to started.
        package let bucketStart: Timestamp
        fileprivate let key: Key
        fileprivate let time: Timestamp
    }

    fileprivate struct Key: Hashable, Sendable {
        let passwordID: Int64
        let service: String
        let address: String?
        /// A refused login never stands for a use.
        let refusal: String?

        init(_ row: LoginLogRow) {
            (passwordID, service) = (row.passwordID, row.service)
            (address, refusal) = (row.sourceAddress, row.refusal)
        }
    }

    private struct Bucket {
        var start: Timestamp
        /// The time of the latest use in it, written, pending or released.
        var latest: Timestamp
        var pending: UInt64?
        /// False once its pending use was released: the next later use starts a new bucket.
        var isOpen = true
        /// The time of its entry in the queue, never later than its due time; entries with another time are left-overs.
        var queued = Timestamp(milliseconds: .max)
    }

    /// How long a bucket lasts; zero: every use is written.
    package var bucket: Duration
    /// How long a client must pause before its last use is written.
    package var quiet: Duration
    /// How many buckets are kept. At the bound the one that is nearest to its end is closed: its pending use is released
    /// at once, and its next use starts a new bucket, so that more is written than need be, never less.
    package let maxBuckets: Int

    private var buckets: [Key: Bucket] = [:]
    private var queue = DueQueue<Key>()
    private var latestNow: Timestamp?

    /// Makes a coalescer without buckets.
    package init(bucket: Duration = .seconds(60), quiet: Duration = .seconds(5), maxBuckets: Int = 32_768) {
        self.bucket = bucket
        self.quiet = quiet
        self.maxBuckets = max(1, maxBuckets)
    }

    /// How many buckets are kept just now.
    package var bucketCount: Int { buckets.count }
    /// The numbers of the uses that are pending, in no order.
    package var pending: [UInt64] { buckets.values.compactMap(\.pending) }
    /// No earlier than this there is something to do in ``due(at:)``; nil if there is no bucket.
    package var nextDue: Timestamp? { queue.earliest }

    /// Decides on a use, and changes nothing yet.
    ///
    /// - Complexity: O(1).
    package func plan(for row: LoginLogRow) -> Plan {
        let key = Key(row)
        func plan(_ decision: Decision, start: Timestamp) -> Plan {
            Plan(decision: decision, bucketStart: start, key: key, time: row.time)
        }
        guard let open = buckets[key] else { return plan(.first, start: row.time) }
        if row.time <= open.latest {
            let isFarBack = row.time <= open.start.moved(by: .zero - bucket)
            return isFarBack ? plan(.first, start: row.time) : plan(.covered, start: open.start)
        }
        let isOver = !open.isOpen || row.time >= open.start.moved(by: bucket)
        let hasPaused = open.pending != nil && row.time >= open.latest.moved(by: quiet)
        if isOver || hasPaused { return plan(.first, start: row.time) }
        return plan(.follower(replacing: open.pending), start: open.start)
    }

    /// Carries out a plan, the last that was made.
    ///
    /// - Parameters:
    ///   - plan: From ``plan(for:)``.
    ///   - number: What the use is known by from now on.
    /// - Returns: The numbers of uses that were pending and are to be written now.
    /// - Complexity: O(log n) in the number of buckets.
    package mutating func apply(_ plan: Plan, number: UInt64) -> [UInt64] {
        switch plan.decision {
        case .covered:
            return []
        case .follower:
            guard var open = buckets[plan.key] else { return [] }
            (open.latest, open.pending) = (plan.time, number)
            enter(open, for: plan.key)
            return []
        case .first:
            guard bucket > .zero else { return [] }
            return open(Bucket(start: plan.time, latest: plan.time), for: plan.key)
        }
    }

    /// Takes out the uses that are to be written now, and forgets buckets that are over.
    ///
    /// If `now` is before the start of a bucket the clock was set back; such a bucket is over, too.
    ///
    /// - Returns: The numbers of pending uses whose quiet time or bucket is over.
    /// - Complexity: O(k log n) for k buckets that are due; O(n) after the clock was set back.
    package mutating func due(at now: Timestamp) -> [UInt64] {
        var released: [UInt64] = []
        if let latestNow, now < latestNow {
            for (key, open) in buckets where now < open.start {
                if let number = open.pending { released.append(number) }
                buckets[key] = nil
            }
        }
        latestNow = now
        while let (time, key) = queue.first, time <= now {
            queue.removeFirst()
            guard var open = buckets[key], open.queued == time else { continue }
            if let number = open.pending, now >= due(of: open) {
                released.append(number)
                open.pending = nil
                open.isOpen = false
            }
            open.queued = Timestamp(milliseconds: .max)
            if now >= open.start.moved(by: bucket) { buckets[key] = nil } else { enter(open, for: key) }
        }
        return released
    }

    /// Closes every bucket.
    ///
    /// - Returns: The numbers of all uses that were pending.
    package mutating func closeAll() -> [UInt64] {
        defer {
            buckets = [:]
            queue = DueQueue()
        }
        return pending
    }

    /// Rebuilds a bucket from a use that was recorded earlier; call in the order of recording, then ``settle(isWaiting:)``.
    ///
    /// - Parameters:
    ///   - row: The use.
    ///   - number: What it is known by.
    ///   - bucketStart: When its bucket started, as its plan said.
    ///   - isFollower: Whether it was a follower.
    package mutating func restore(_ row: LoginLogRow, number: UInt64, bucketStart: Timestamp, isFollower: Bool) {
        guard bucket > .zero else { return }
        let key = Key(row)
        _ = open(Bucket(start: bucketStart, latest: row.time, pending: isFollower ? number : nil), for: key)
    }

    /// Ends the rebuilding: a pending use that is no longer waiting was written, and its bucket is closed.
    package mutating func settle(isWaiting: (UInt64) -> Bool) {
        for (key, open) in buckets {
            if let number = open.pending, !isWaiting(number) {
                buckets[key]?.pending = nil
                buckets[key]?.isOpen = false
            }
        }
    }

    // MARK: -

    private func due(of open: Bucket) -> Timestamp {
        let end = open.start.moved(by: bucket)
        return open.pending == nil ? end : min(end, open.latest.moved(by: quiet))
    }

    /// Puts a bucket in the place of the key's old one, if any, and makes room for it.
    private mutating func open(_ new: Bucket, for key: Key) -> [UInt64] {
        var (new, released) = (new, [UInt64]())
        if let old = buckets[key] {
            if let number = old.pending { released.append(number) }
            new.queued = old.queued
        }
        buckets[key] = new
        // Before the new one is entered, so that it is not the one to go.
        while buckets.count > maxBuckets, let (time, nearest) = queue.first {
            queue.removeFirst()
            guard let other = buckets[nearest], other.queued == time else { continue }
            if let number = other.pending { released.append(number) }
            buckets[nearest] = nil
        }
        if buckets[key] != nil { enter(new, for: key) }
        return released
    }

    /// Puts a bucket in its place, and into the queue unless it stands there early enough.
    private mutating func enter(_ open: Bucket, for key: Key) {
        var open = open
        let time = due(of: open)
        if time < open.queued {
            open.queued = time
            queue.insert(key, at: time)
        }
        // Not changed where it lies: that costs three allocations.
        buckets[key] = open
    }
}

extension Timestamp {
    /// The moment `duration` away, held at the ends of what can be told.
    fileprivate func moved(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let (inSeconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let offset = overflow ? (seconds < 0 ? Int64.min : .max) : inSeconds + attoseconds / 1_000_000_000_000_000
        let (sum, isOver) = milliseconds.addingReportingOverflow(offset)
        return Timestamp(milliseconds: isOver ? (offset < 0 ? .min : .max) : sum)
    }
}
