import AuditCore
import FuzzCorpus
import Testing

@testable import PythonRegex

struct CorpusTests {
    /// Inputs are a pattern, a newline, and a text.
    @Test func `what the fuzzer found is answered, and the same with and without the index`() throws {
        let corpus = try FuzzCorpus("patterns")
        #expect(corpus.inputs.count > 50)
        for input in corpus.inputs {
            #expect(BrokenPromises.of(input) == [])
            let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
            let pattern = String(decoding: lines[0], as: UTF8.self)
            let texts = [lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : pattern]
            for full in [true, false] {  // the probe compares interpreter, machine code and index
                let answer = PatternProbe.answer(PythonOracle.Case(pattern: pattern, texts: texts, full: full))
                #expect((answer.reason == nil) == (answer.matches != nil))
            }
        }
    }
}
