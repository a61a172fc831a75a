import Locks

/// A table of bounded size that forgets: digests, a value for each, and until when it counts.
///
/// Buckets of eight entries, in shards with a lock each. A full bucket gives up the entry that ends first, which, as
/// all of one table live equally long, is the one written longest ago. Digests are keyed, so nobody outside can aim
/// at a bucket. Memory grows with use, up to the capacity.
final class DigestTable<Value: Sendable>: Sendable {
    private struct Entry {
        var digest: Digest
        var end: Duration
        var value: Value
    }

    private final class Shard: Sendable {
        let buckets: Mutex<[[Entry]]>
        init(buckets: Int) { self.buckets = Mutex(Array(repeating: [], count: buckets)) }
    }

    private static var entriesPerBucket: Int { 8 }
    private let shards: [Shard]
    private let bucketsPerShard: Int
    /// How long an entry counts after it was last written.
    private let lifetime: Duration

    /// - Parameter capacity: Entries, rounded up to whole buckets.
    init(capacity: Int, lifetime: Duration) {
        let shardCount = min(16, max(1, capacity / 64))
        let entriesPerRow = shardCount * Self.entriesPerBucket
        bucketsPerShard = max(1, (capacity + entriesPerRow - 1) / entriesPerRow)
        shards = (0..<shardCount).map { [bucketsPerShard] _ in Shard(buckets: bucketsPerShard) }
        self.lifetime = lifetime
    }

    /// Reads or changes what is kept for a digest, in one step.
    ///
    /// - Parameter body: Gets the value, or nil if there is none that counts. If it says that it changed it, the value
    ///   it leaves is kept for the table's lifetime from now, nil removes the entry.
    func access<Result>(
        _ digest: Digest, at now: Duration, _ body: (inout Value?) -> (result: Result, isChanged: Bool)
    ) -> Result {
        let shard = shards[Int(digest.high % UInt64(shards.count))]
        let bucket = Int(digest.low % UInt64(bucketsPerShard))
        return shard.buckets.withLock { buckets in
            let index = Self.find(digest, in: buckets[bucket])
            let isLive = index.map { buckets[bucket][$0].end > now } ?? false
            var value = isLive ? index.map { buckets[bucket][$0].value } : nil
            let (result, isChanged) = body(&value)
            if isChanged {
                if let value {
                    let entry = Entry(digest: digest, end: now + lifetime, value: value)
                    Self.put(entry, in: &buckets[bucket], at: index)
                } else if let index {
                    buckets[bucket].remove(at: index)
                }
            }
            return result
        }
    }

    /// What is kept for a digest and counts.
    func value(for digest: Digest, at now: Duration) -> Value? { access(digest, at: now) { ($0, false) } }

    /// Keeps a value for a digest; nil removes it.
    func set(_ value: Value?, for digest: Digest, at now: Duration) {
        access(digest, at: now) { kept in
            kept = value
            return ((), true)
        }
    }

    /// How many entries there are, those that count no more included.
    var count: Int { shards.reduce(0) { $0 + $1.buckets.withLock { $0.reduce(0) { $0 + $1.count } } } }

    /// Goes over the whole bucket, so that the time taken does not tell which entry it was.
    private static func find(_ digest: Digest, in bucket: [Entry]) -> Int? {
        var found: Int?
        for index in bucket.indices where bucket[index].digest.isEqual(to: digest) { found = index }
        return found
    }

    private static func put(_ entry: Entry, in bucket: inout [Entry], at index: Int?) {
        if let index {
            bucket[index] = entry
        } else if bucket.count < entriesPerBucket {
            bucket.append(entry)
        } else if let first = bucket.indices.min(by: { bucket[$0].end < bucket[$1].end }) {
            bucket[first] = entry
        }
    }
}
