import AuditCore
import AuditCoreTesting
import Foundation
import TestServers
import Testing
@testable import Report

struct JSONLinesInputTests {
    private func line(_ user: String) -> String {
        var record = SampleRecords.vk()
        record.attempt.login = user
        return AuditEntry.login(record).jsonLine
    }

    private func users(_ input: inout JSONLinesInput) throws -> [String] {
        var users: [String] = []
        while let record = try input.next() { users.append(record.user) }
        return users
    }

    @Test(arguments: [1, 7, 4096, 1 << 18])
    func `lines are read whatever the chunks`(chunkSize: Int) throws {
        let directory = try PrivateDirectory()
        let file = try directory.write("\(line("a"))\n\n\(line("b\n"))\r\n\(line("é"))", to: "audit.jsonl")
        var input = JSONLinesInput(paths: [file], chunkSize: chunkSize)
        #expect(try users(&input) == ["a", "b\n", "é"])
        #expect(input.notes == [])
    }

    @Test func `records of a time to come are noted`() throws {
        let directory = try PrivateDirectory()
        let file = try directory.write("\(line("a"))\n", to: "audit.jsonl")
        let time = SampleRecords.vk().attempt.time
        for (horizon, notes) in [(-1, ["1 record is of a time to come: is a clock wrong?"]), (0, [])] {
            var input = JSONLinesInput(paths: [file], horizon: time.advanced(by: .milliseconds(horizon)))
            #expect(try users(&input) == ["a"])
            #expect(input.notes == notes)
        }
    }

    @Test func `a byte order mark is no part of a file's first record`() throws {
        let directory = try PrivateDirectory()
        let files = try ["a", "b"].map { try directory.write("\u{FEFF}\(line($0))\n\(line($0))", to: $0) }
        var input = JSONLinesInput(paths: files, chunkSize: 2)
        #expect(try users(&input) == ["a", "a", "b", "b"])
        #expect(input.notes == [])
    }

    @Test func `torn and foreign lines are stepped over and counted`() throws {
        let directory = try PrivateDirectory()
        let torn = line("torn").prefix(300)
        let file = try directory.write("\(line("a"))\n\(torn)\n{}\n\u{0}\n\(line("b"))\n\(torn)", to: "audit.jsonl")
        var input = JSONLinesInput(paths: [file])
        #expect(try users(&input) == ["a", "b"])
        #expect(input.notes == ["4 lines were no records"])
    }

    @Test func `a line without end costs bounded memory and itself only`() throws {
        let directory = try PrivateDirectory()
        let long = String(repeating: "x", count: 5 * JSONLinesInput.lineLimit)
        let file = try directory.write("\(line("a"))\n\(long)\n\(line("b"))\n", to: "audit.jsonl")
        var input = JSONLinesInput(paths: [file])
        #expect(try users(&input) == ["a", "b"])
        #expect(input.notes == ["1 line was no record"])
    }

    /// Packs a file, beside it.
    private func gzip(_ path: String) throws -> String {
        let process = try Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip", path])
        process.waitUntilExit()
        return path + ".gz"
    }

    @Test(arguments: [1, 7, 1 << 18])
    func `packed files are read as they are, whatever their names`(chunkSize: Int) throws {
        let directory = try PrivateDirectory()
        let first = try gzip(try directory.write("\(line("a"))\n\(line("b"))\n", to: "audit.jsonl.2"))
        let second = try gzip(try directory.write(line("c"), to: "audit.jsonl.3"))
        try FileManager.default.moveItem(atPath: second, toPath: directory.path + "/old")
        let third = try directory.write(line("d"), to: "audit.jsonl")
        var input = JSONLinesInput(paths: [first, directory.path + "/old", third], chunkSize: chunkSize)
        #expect(try users(&input) == ["a", "b", "c", "d"] && input.notes == [])
    }

    @Test func `of a packed file that is cut off what is there is read, and it is named`() throws {
        let directory = try PrivateDirectory()
        let lines = (0..<1000).map { line("user\($0)") + "\n" }.joined()
        let whole = try gzip(try directory.write(lines, to: "audit.jsonl.1"))
        let data = try #require(FileManager.default.contents(atPath: whole))
        let torn = directory.path + "/torn.gz"
        for count in [5, data.count / 2, data.count - 4] {
            try data.prefix(count).write(to: URL(fileURLWithPath: torn))
            let after = try directory.write(line("after"), to: "audit.jsonl")
            var input = JSONLinesInput(paths: [torn, after])
            let users = try users(&input)
            #expect(users.last == "after" && (count == 5) == (users.count == 1))
            #expect(input.notes.last == "\(torn): the packed file is damaged or cut off: its end could not be read")
        }
    }

    @Test func `several files are read one after the other`() throws {
        let directory = try PrivateDirectory()
        let files = try ["audit.jsonl.1": "a", "audit.jsonl": "b", "empty": ""].map {
            try directory.write($0.value.isEmpty ? "" : line($0.value) + "\n", to: $0.key)
        }.sorted().reversed()
        var input = JSONLinesInput(paths: Array(files))
        #expect(try users(&input) == ["a", "b"])
    }

    @Test(arguments: ["/nonexistent/audit.jsonl", "/"])
    func `a file that cannot be read is an error`(path: String) throws {
        var input = JSONLinesInput(paths: [path])
        let error = #expect(throws: ReportError.self) { _ = try input.next() }
        #expect(error?.description.hasPrefix("\(path): ") == true)
    }
}
