/// The first 128 bits of an HMAC-SHA-256 under the process's own key.
struct Digest: Sendable, CustomReflectable {
    let high: UInt64
    let low: UInt64

    /// Compares without a branch that depends on where they differ.
    func isEqual(to other: Digest) -> Bool { (high ^ other.high) | (low ^ other.low) == 0 }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Digest: Hashable {
    static func == (one: Digest, other: Digest) -> Bool { one.isEqual(to: other) }
}
