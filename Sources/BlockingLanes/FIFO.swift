/// A queue: first in, first out, in amortised constant time.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var first: Element? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Puts an element in front of all others.
    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    /// Inserts an element after the last one that `precedes` it; constant time if that is the last of all.
    mutating func insert(_ element: Element, after precedes: (Element) -> Bool) {
        var index = elements.count
        while index > head, let other = elements[index - 1], !precedes(other) { index -= 1 }
        elements.insert(element, at: index)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func dropPrefix(while drops: (Element) -> Bool) {
        while let element = first, drops(element) { _ = popFirst() }
    }
}
