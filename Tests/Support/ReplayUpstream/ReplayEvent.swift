import Foundation

/// Something a test lets happen, once, that a server's script waits for.
public final class ReplayEvent: Sendable {
    /// Ready to be read from once it has happened.
    let descriptor: Int32
    private let other: Int32

    /// Makes an event that has not happened.
    public init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        (descriptor, other) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(other)
    }

    /// Lets it happen.
    public func happen() {
        var byte: UInt8 = 1
        _ = write(other, &byte, 1)
    }
}
