/// Finds the known name that a mistyped one most likely stands for.
enum NearestName {
    /// The candidate with the fewest edits (insert, delete, replace, swap neighbours) to the name; of equals the one
    /// that begins most like it.
    ///
    /// - Returns: nil without candidates, and for names longer than any key would be.
    static func to(_ name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let name = Array(name.lowercased().utf8)
        func rank(_ candidate: String) -> (edits: Int, difference: Int) {
            let candidate = Array(candidate.utf8)
            return (distance(name, candidate), -zip(name, candidate).prefix { $0 == $1 }.count)
        }
        return candidates.min { rank($0) < rank($1) }
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
