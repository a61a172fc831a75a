import AppPasswordCore
import Testing

@testable import PasswordSchemes

struct RowSearchTests {
    @Test func `without memory it is live ones first, the newest first`() {
        let rows = [row(1, "a"), row(5, "b", isDeleted: true), row(3, "c"), row(2, "d"), row(4, "e", isDeleted: true)]
        let search = RowSearch(rows, memory: nil, client: 1) { _ in true }
        #expect(search.order.map { rows[$0].id } == [3, 2, 1, 5, 4])
    }

    @Test func `the client's last row comes first, then those of the last successes, deleted ones stay last`() {
        let rows = (1...6).map { row(Int64($0), "hash \($0)", isDeleted: $0 == 6) }
        let prints = rows.map(RowSearch.fingerprint(of:))
        var memory = AccountMemory()
        for (index, client) in [(1, 100), (0, 200), (5, 300), (2, 300)] {
            memory.remember(prints[index], refuted: [], of: prints, from: client)
        }
        func order(_ client: Int) -> [Int64] {
            RowSearch(rows, memory: memory, client: client) { _ in true }.order.map { rows[$0].id }
        }
        #expect(order(100) == [2, 3, 1, 5, 4, 6])
        #expect(order(200) == [1, 3, 2, 5, 4, 6])
        #expect(order(999) == [3, 1, 2, 5, 4, 6])
    }

    @Test func `once a row matches, only those that could win over it are open`() {
        let rows = [row(1, "a"), row(2, "b"), row(3, "c"), row(9, "d", isDeleted: true)]
        var search = RowSearch(rows, memory: nil, client: 1) { _ in true }
        search.note(3, .matches)
        #expect(search.open.map { rows[$0].id } == [3, 2, 1])
        search.note(1, .matches)
        #expect(search.open.map { rows[$0].id } == [3])
        search.note(0, .matches)
        #expect(search.best == 1)
        search.note(2, .refuted)
        #expect(search.open.isEmpty)
        #expect(search.best == 1)
    }

    @Test func `what was refuted is remembered as long as both rows stay as they are`() {
        var rows = (1...4).map { row(Int64($0), "hash \($0)") }
        func prints() -> [Int] { rows.map(RowSearch.fingerprint(of:)) }
        var memory = AccountMemory()
        memory.remember(prints()[0], refuted: prints()[1...3], of: prints(), from: 1)
        func openAfterFirstMatches(identifies: Bool = true) -> [Int64] {
            var search = RowSearch(rows, memory: memory, client: 1) { _ in identifies }
            search.note(rows.firstIndex { $0.id == 1 } ?? 0, .matches)
            return search.open.map { rows[$0].id }
        }
        #expect(openAfterFirstMatches() == [])
        #expect(openAfterFirstMatches(identifies: false) == [4, 3, 2])
        rows.append(row(5, "hash 5"))
        #expect(openAfterFirstMatches() == [5])
        rows[2] = row(3, "changed")
        #expect(openAfterFirstMatches() == [5, 3])
        // Other successes and rows that come and go leave it as it is.
        rows.remove(at: 3)
        memory.remember(prints()[1], refuted: [], of: prints(), from: 2)
        rows.reverse()
        memory.remember(prints()[3], refuted: [], of: prints(), from: 3)
        #expect(openAfterFirstMatches() == [5, 3])
        rows = rows.map { $0.id == 1 ? row(1, "changed too") : $0 }
        #expect(openAfterFirstMatches() == [2, 5, 3])
    }

    @Test func `memory is bounded`() {
        var memory = AccountMemory()
        let rows = Array(0..<1000)
        for row in rows { memory.remember(row, refuted: rows, of: rows, from: row) }
        #expect(memory.rank(of: 999, for: 0) == 0)
        #expect(memory.rank(of: 999, for: 999) == -1)
        #expect(memory.rank(of: 900, for: 900) == nil)
        #expect(memory.refuted(by: 999).count == 64)
    }
}
