import AppPasswordCore
import Testing

@testable import PasswordSchemes

struct DigestTableTests {
    private let key = DigestKey()

    private func digest(_ number: Int) -> Digest { key.digest(.guess) { $0.add(number: UInt64(number)) } }

    @Test func `an entry counts for its lifetime and no longer`() {
        let table = DigestTable<Int>(capacity: 64, lifetime: .seconds(60))
        table.set(7, for: digest(1), at: .seconds(100))
        #expect(table.value(for: digest(1), at: .seconds(159)) == 7)
        #expect(table.value(for: digest(1), at: .seconds(160)) == nil)
        #expect(table.value(for: digest(2), at: .seconds(100)) == nil)
        table.set(8, for: digest(1), at: .seconds(160))
        #expect(table.value(for: digest(1), at: .seconds(200)) == 8)
        table.set(nil, for: digest(1), at: .seconds(200))
        #expect(table.value(for: digest(1), at: .seconds(200)) == nil)
        #expect(table.count == 0)
    }

    @Test func `it never holds more than its capacity, and keeps the newest of a bucket`() {
        let table = DigestTable<Int>(capacity: 1024, lifetime: .seconds(3600))
        for number in 0..<20_000 { table.set(number, for: digest(number), at: .milliseconds(number)) }
        #expect(table.count <= 1024)
        #expect(table.count > 900)
        let newest = (19_800..<20_000).filter { table.value(for: digest($0), at: .seconds(20)) == $0 }
        #expect(newest.count > 190)
    }

    @Test func `many threads may use it at once`() async {
        let table = DigestTable<Int>(capacity: 1024, lifetime: .seconds(3600))
        let digests = (0..<16).map(digest)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for round in 0..<1000 {
                        table.access(digests[round % 16], at: .zero) { value in
                            value = (value ?? 0) + 1
                            return ((), true)
                        }
                    }
                }
            }
        }
        #expect(digests.reduce(0) { $0 + (table.value(for: $1, at: .zero) ?? 0) } == 8000)
    }

    @Test func `parts cannot be shifted into one another, kinds and keys not mixed`() {
        func equal(_ one: Digest, _ other: Digest) -> Bool { one.isEqual(to: other) }
        let one = key.digest(.match) {
            $0.add("ab"); $0.add("c")
        }
        #expect(
            equal(
                one,
                key.digest(.match) {
                    $0.add("ab"); $0.add([0x63])
                }))
        #expect(
            !equal(
                one,
                key.digest(.match) {
                    $0.add("a"); $0.add("bc")
                }))
        #expect(
            !equal(
                one,
                key.digest(.match) {
                    $0.add("abc"); $0.add("")
                }))
        #expect(!equal(one, key.digest(.match) { $0.add("abc") }))
        #expect(
            !equal(
                one,
                key.digest(.mismatch) {
                    $0.add("ab"); $0.add("c")
                }))
        #expect(
            !equal(
                one,
                DigestKey().digest(.match) {
                    $0.add("ab"); $0.add("c")
                }))
    }

    @Test func `digests are equal only if all of them is`() {
        let digest = Digest(high: 1, low: 2)
        #expect(digest.isEqual(to: Digest(high: 1, low: 2)))
        #expect(!digest.isEqual(to: Digest(high: 1, low: 3)))
        #expect(!digest.isEqual(to: Digest(high: 2, low: 2)))
    }
}
