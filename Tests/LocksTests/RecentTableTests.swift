import Locks
import Testing

struct RecentTableTests {
    @Test func `it has what a list of pairs has, in whatever order it is used`() {
        var numbers = SystemRandomNumberGenerator()
        for capacity in [1, 3, 8, Int.max] {
            var table = RecentTable<Int, String>(capacity: capacity)
            // The one used last stands last.
            var model: [(key: Int, value: String)] = []
            func put(_ key: Int, _ value: String) {
                model.removeAll { $0.key == key }
                if model.count >= capacity { model.removeFirst() }
                model.append((key, value))
            }
            for step in 0..<2000 {
                let key = Int.random(in: 0..<12, using: &numbers)
                let known = model.first { $0.key == key }?.value
                switch Int.random(in: 0..<6, using: &numbers) {
                case 0:
                    table.set(key, to: "\(step)")
                    put(key, "\(step)")
                case 1:
                    let had = table.use(key, new: "new") { value in
                        defer { value += "+" }
                        return value
                    }
                    #expect(had == known ?? "new")
                    put(key, (known ?? "new") + "+")
                case 2:
                    #expect(table.use(key) == known)
                    if let known { put(key, known) }
                case 3:
                    #expect(table.remove(key) == known)
                    model.removeAll { $0.key == key }
                case 4:
                    #expect(table[key] == known)
                default:
                    guard step.isMultiple(of: 7) else { continue }
                    let oldest = table.removeOldest()
                    #expect(oldest?.key == model.first?.key && oldest?.value == model.first?.value)
                    if !model.isEmpty { model.removeFirst() }
                }
                var all: [(key: Int, value: String)] = []
                table.forEach { all.append(($0, $1)) }
                #expect(all.map(\.key) == model.map(\.key) && all.map(\.value) == model.map(\.value))
                #expect(table.count == model.count)
            }
        }
    }
}
