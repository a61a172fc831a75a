import AuditCore
import Foundation
import Testing

@testable import PythonRegex

struct CorpusTests {
    /// Inputs are a pattern, a newline, and a text.
    @Test func `what the fuzzer found is answered, and the same with and without the index`() throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../Fuzz/corpus/patterns").standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 50)
        for file in files {
            let lines = try Data(contentsOf: file).split(
                separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
            let pattern = String(decoding: lines[0], as: UTF8.self)
            let texts = [lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : pattern]
            for full in [true, false] {  // the probe compares interpreter, machine code and index
                let answer = PatternProbe.answer(PythonOracle.Case(pattern: pattern, texts: texts, full: full))
                #expect((answer.reason == nil) == (answer.matches != nil))
            }
        }
    }
}
