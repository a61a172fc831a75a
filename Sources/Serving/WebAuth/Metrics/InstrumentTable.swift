import Synchronization

/// Instruments by their labels: each is made when it is first wanted, and only for labels that were named before.
///
/// Reading takes no lock. Labels are bounded by what ``init(_:make:)`` was given, whatever clients send.
struct InstrumentTable<Key: Hashable & Sendable, Instrument: AnyObject & Sendable>: Sendable {
    private final class Slot: Sendable {
        let made = AtomicLazyReference<Instrument>()
    }

    private let slots: [Key: Slot]
    private let make: @Sendable (Key) -> Instrument

    /// Has instruments for these keys, each made when it is first wanted.
    ///
    /// - Parameters:
    ///   - keys: All that may ever be wanted.
    ///   - make: Makes an instrument; of two made at the same time one is dropped.
    init(_ keys: some Sequence<Key>, make: @escaping @Sendable (Key) -> Instrument) {
        slots = Dictionary(keys.map { ($0, Slot()) }, uniquingKeysWith: { first, _ in first })
        self.make = make
    }

    /// The instrument; nil for labels that were not named.
    subscript(key: Key) -> Instrument? {
        guard let slot = slots[key] else { return nil }
        return slot.made.load() ?? slot.made.storeIfNil(make(key))
    }

    /// Makes instruments now, so that they are exposed as zero before they are used.
    func prepare(_ keys: some Sequence<Key>) { for key in keys { _ = self[key] } }
}
