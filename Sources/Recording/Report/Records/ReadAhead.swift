internal import Dispatch
internal import Foundation
internal import Locks

/// Records that are read on a thread of their own, some hundreds ahead of who looks at them: with two cores, reading and judging
/// take as long as the slower of both.
package final class ReadAhead: RecordInput {
    /// How many records are handed over at a time, and how many such portions may wait.
    private static let (portion, portions) = (256, 4)

    private let shared: Shared
    private var taken: ArraySlice<RecordFields> = []
    private var isAtEnd = false

    /// Begins to read.
    ///
    /// - Parameter input: Nobody else may read from it.
    package init(_ input: sending any RecordInput) {
        shared = Shared(input)
        let thread = Thread { [shared] in shared.readAll() }
        thread.name = "records"
        thread.start()
    }

    deinit { shared.abandon() }

    /// The next record's fields; nil at the end.
    ///
    /// - Throws: ``ReportError`` if the source cannot be read, after what had been read before.
    package func nextFields() throws(ReportError) -> RecordFields? {
        while taken.isEmpty, !isAtEnd {
            switch shared.take() {
            case .records(let records): taken = records[...]
            case .end: isAtEnd = true
            case .failure(let error):
                isAtEnd = true
                throw error
            }
        }
        return taken.popFirst()
    }

    /// As the source says.
    package var machine: String? { shared.input.withLock { $0.machine } }
    /// As the source says.
    package var notes: [String] { shared.input.withLock { $0.notes } }

    /// What is handed over.
    private enum Portion {
        case records([RecordFields])
        case end
        case failure(ReportError)
    }

    /// What both threads have.
    private final class Shared: Sendable {
        /// Only the thread's until the end.
        let input: Mutex<any RecordInput>
        private let state = Mutex((ready: [Portion](), isAbandoned: false))
        /// A portion is there.
        private let filled = DispatchSemaphore(value: 0)
        /// There is room for a portion.
        private let room = DispatchSemaphore(value: 0)

        init(_ input: sending any RecordInput) {
            self.input = Mutex(input)
            for _ in 0..<ReadAhead.portions { room.signal() }
        }

        func take() -> Portion {
            filled.wait()
            defer { room.signal() }
            return state.withLock { $0.ready.removeFirst() }
        }

        func abandon() {
            state.withLock { $0.isAbandoned = true }
            room.signal()
        }

        func readAll() {
            while true {
                let portions = input.withLock { Self.read(&$0) }
                for portion in portions {
                    room.wait()
                    let isAbandoned = state.withLock { state in
                        state.ready.append(portion)
                        return state.isAbandoned
                    }
                    filled.signal()
                    if isAbandoned { return }
                }
                if portions.count > 1 { return }
            }
        }

        /// Reads on: records, and what comes after them if that is the end.
        private static func read(_ input: inout any RecordInput) -> [Portion] {
            var records: [RecordFields] = []
            do throws(ReportError) {
                while records.count < ReadAhead.portion {
                    guard let fields = try input.nextFields() else { return [.records(records), .end] }
                    records.append(fields)
                }
            } catch {
                return [.records(records), .failure(error)]
            }
            return [.records(records)]
        }
    }
}
