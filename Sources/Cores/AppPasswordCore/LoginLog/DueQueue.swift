internal import AuditCore

/// A priority queue: what is due earliest comes first (a binary heap; equal times in any order).
struct DueQueue<Element: Sendable>: Sendable {
    private var heap: [(time: Timestamp, element: Element)] = []

    var first: (time: Timestamp, element: Element)? { heap.first }
    var earliest: Timestamp? { heap.first?.time }

    mutating func insert(_ element: Element, at time: Timestamp) {
        heap.append((time, element))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].time < heap[parent].time else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[smallest].time {
                smallest = child
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
