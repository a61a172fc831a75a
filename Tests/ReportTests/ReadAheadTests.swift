import AuditCore
import AuditCoreTesting
import Foundation
import TestServers
import Testing

@testable import Report

@Suite(.timeLimit(.minutes(1)))
struct ReadAheadTests {
    private func line(_ user: String) -> String {
        var record = SampleRecords.vk()
        record.attempt.login = user
        return AuditEntry.login(record).jsonLine
    }

    private func users(_ input: ReadAhead) throws -> [String] {
        var users: [String] = []
        while let fields = try input.nextFields() { users.append(fields.record.user) }
        return users
    }

    @Test(arguments: [0, 1, 255, 256, 257, 1024, 5000])
    func `all that the source has comes, in its order`(count: Int) throws {
        let directory = try PrivateDirectory()
        let names = (0..<count).map { "user\($0)" }
        let file = try directory.write(names.map { line($0) + "\n" }.joined() + "{}\n", to: "audit.jsonl")
        let input = ReadAhead(JSONLinesInput(paths: [file]))
        #expect(try users(input) == names)
        #expect(input.notes == ["1 line was no record"])
        #expect(try input.nextFields() == nil, "the end stays the end")
    }

    @Test func `a file that cannot be read is an error, behind what came before it`() throws {
        let directory = try PrivateDirectory()
        let file = try directory.write("\(line("a"))\n\(line("b"))\n", to: "audit.jsonl")
        let input = ReadAhead(JSONLinesInput(paths: [file, "/nonexistent/audit.jsonl"]))
        #expect(try input.nextFields()?.record.user == "a")
        #expect(try input.nextFields()?.record.user == "b")
        let error = #expect(throws: ReportError.self) { _ = try input.nextFields() }
        #expect(try #require(error).description.contains("/nonexistent/audit.jsonl"))
        #expect(try input.nextFields() == nil)
    }

    /// Has no end, and tells when nobody holds it any more.
    private final class Endless: RecordInput {
        let fields: RecordFields
        let gone: DispatchSemaphore
        init(_ fields: RecordFields, gone: DispatchSemaphore) { (self.fields, self.gone) = (fields, gone) }
        deinit { gone.signal() }
        func nextFields() throws(ReportError) -> RecordFields? { fields }
        var notes: [String] { [] }
    }

    @Test func `a source that nobody reads any more is let go`() throws {
        let gone = DispatchSemaphore(value: 0)
        let fields = try #require(RecordFields(jsonLine: Array(line("a").utf8)))
        do {
            let input = ReadAhead(Endless(fields, gone: gone))
            #expect(try input.nextFields() != nil)
        }
        #expect(gone.wait(timeout: .now() + 30) == .success)
    }
}
