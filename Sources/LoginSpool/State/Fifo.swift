/// A queue in an array: appended at the end, taken from the front in amortised constant time.
struct Fifo<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    func prefix(_ count: Int) -> ArraySlice<Element> { elements[head...].prefix(count) }

    mutating func removeFirst(_ count: Int = 1) {
        head += min(count, self.count)
        if head > 64, head > elements.count / 2 {
            elements.removeFirst(head)
            head = 0
        }
    }

    /// Changes the first `count` elements in place.
    mutating func changeFirst(_ count: Int, _ change: (inout Element) -> Void) {
        for index in head..<(head + min(count, self.count)) { change(&elements[index]) }
    }
}
