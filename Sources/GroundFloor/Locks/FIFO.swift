/// A queue: first in, first out, in amortised constant time.
package struct FIFO<Element> {
    @usableFromInline var elements: [Element?]
    @usableFromInline var head = 0

    /// Has these, the first of them in front.
    @inlinable package init(_ elements: [Element] = []) { self.elements = elements }

    /// How many there are.
    @inlinable package var count: Int { elements.count - head }
    /// Whether there are none.
    @inlinable package var isEmpty: Bool { count == 0 }
    /// The one in front.
    @inlinable package var first: Element? { head < elements.count ? elements[head] : nil }
    /// All of them, in order.
    @inlinable package var all: some Sequence<Element> { elements[head...].lazy.compactMap { $0 } }

    /// Puts an element behind all others.
    @inlinable package mutating func append(_ element: Element) { elements.append(element) }

    /// Puts an element in front of all others.
    @inlinable package mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    /// Puts elements back in front of all others.
    @inlinable package mutating func prepend(_ others: [Element]) {
        elements.replaceSubrange(0..<head, with: others.lazy.map(Optional.some))
        head = 0
    }

    /// Inserts an element after the last one that `precedes` it; constant time if that is the last of all.
    @inlinable package mutating func insert(_ element: Element, after precedes: (Element) -> Bool) {
        var index = elements.count
        while index > head, let other = elements[index - 1], !precedes(other) { index -= 1 }
        elements.insert(element, at: index)
    }

    /// Takes the one in front; nil if there is none.
    @inlinable package mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        giveRoomBack()
        return element
    }

    /// Drops so many in front, or as many as there are.
    @inlinable package mutating func removeFirst(_ count: Int = 1) {
        let end = head + min(count, self.count)
        while head < end {
            elements[head] = nil
            head += 1
        }
        giveRoomBack()
    }

    /// Drops those in front for as long as `drops` says so.
    @inlinable package mutating func dropPrefix(while drops: (Element) -> Bool) {
        while let element = first, drops(element) { _ = popFirst() }
    }

    /// A queue that was long once does not stay so.
    @inlinable mutating func giveRoomBack() {
        if head == elements.count {
            elements.removeAll(keepingCapacity: head < 1024)
            head = 0
        } else if head >= 64, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }
}

extension FIFO: Sendable where Element: Sendable {}
