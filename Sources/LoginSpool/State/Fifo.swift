/// A queue in an array: appended at the end, taken from the front in amortised constant time.
struct Fifo<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var head = 0

    init(_ elements: [Element] = []) { self.elements = elements }

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : elements[head] }
    var all: ArraySlice<Element> { elements[head...] }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Puts elements back before all others.
    mutating func prepend(_ others: [Element]) {
        elements.replaceSubrange(0..<head, with: others)
        head = 0
    }

    func prefix(_ count: Int) -> ArraySlice<Element> { all.prefix(count) }

    mutating func removeFirst(_ count: Int = 1) {
        head += min(count, self.count)
        if head == elements.count {
            elements.removeAll(keepingCapacity: head < 1024)
            head = 0
        } else if head > 64, head > elements.count / 2 {
            elements.removeFirst(head)
            head = 0
        }
    }
}
