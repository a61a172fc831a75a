import AuditCore
import AuditCoreTesting

/// What reading and asking deny lists promises, whatever the files hold; also what the fuzzer holds it to.
enum BrokenPromises {
    /// Reads one input as a list, asks it about some logins, and names each promise that is broken.
    ///
    /// - Parameter input: A byte for the list, one for the matching, then the file.
    static func of(_ input: [UInt8]) -> [String] {
        guard input.count > 2 else { return [] }
        let kind = DenyListKind.allCases[Int(input[0]) % DenyListKind.allCases.count]
        let file = DenyListFile(name: "fuzz.lst", bytes: Array(input.dropFirst(2)))
        return of(file, as: kind, matching: input[1] & 1 == 0 ? .full : .prefix)
            + of(String(decoding: file.bytes, as: UTF8.self))
    }

    private static func of(_ file: DenyListFile, as kind: DenyListKind, matching: PatternMatching) -> [String] {
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        let build = DenyLists.build([kind: file], engine: LiteralPatternEngine(), matching: matching)
        let lines = 1...lineCount(file.bytes)
        promise(build.problems.count <= 101 && build.notes.count <= 101, "problems are few")
        for problem in build.problems + build.notes {
            promise(lines.contains(problem.line) && (problem.column ?? 1) >= 1, "a problem has a place")
            promise(
                problem.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "and is plain")
            promise(problem.description.unicodeScalars.count < 1000, "and short")
        }
        let count = build.lists.entryCount(of: kind) ?? -1
        promise((0...file.bytes.count).contains(count), "entries stand in the file")
        let policy = Policy(lists: build.lists, onUnknown: .deny)
        for address in addresses {
            let (attempt, facts) = (Logins.attempt(from: address), Logins.facts(of: address))
            let quick = policy.judge(attempt, facts: facts)
            let thorough = policy.judge(attempt, facts: facts, thoroughly: true)
            promise(quick.verdict == thorough.verdict, "thoroughly or not, the verdict is one")
            promise((quick.verdict.denial?.rule?.line).map(lines.contains) ?? true, "a rule has a line")
            guard quick.verdict != .allow || address == addresses[0] else { continue }
            let explanation = Explanation(
                attempt: attempt, facts: facts, judgement: thorough, status: quick.verdict.denial?.text ?? "success",
                httpCode: 200)
            promise(explanation.json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "JSON is plain")
        }
        let inspection = ListInspection(file, as: kind, engine: LiteralPatternEngine(), matching: matching)
        for overlap in inspection.useless + inspection.overlaps {
            promise(overlap.earlier <= overlap.line && lines.contains(overlap.line), "overlaps are of lines")
        }
        return broken
    }

    private static let addresses = ["192.0.2.1", "203.0.114.9", "2001:470::1", "2a00:1450:4001::1"]

    /// What reads as an address or network prints as one, and reads back as the same.
    private static func of(_ text: String) -> [String] {
        let address = IPAddress(text).map { IPAddress($0.description) == $0 } ?? true
        let prefix = IPPrefix(text).map { IPPrefix($0.description) == $0 && $0.contains($0.address) } ?? true
        return address && prefix ? [] : ["an address reads back as itself"]
    }

    /// Lines end with LF, CR or both.
    private static func lineCount(_ bytes: [UInt8]) -> Int {
        var (count, before) = (1, UInt8(0))
        for byte in bytes {
            if byte == 13 || byte == 10 && before != 13 { count += 1 }
            before = byte
        }
        return count
    }
}
