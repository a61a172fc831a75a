import AuditCore
import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise of any list, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("deny-lists")
        #expect(corpus.inputs.count >= 19)
        for input in corpus.inputs + corpus.changed(times: 10, keeping: 2) {
            for kind in DenyListKind.allCases.indices {
                #expect(BrokenPromises.of([UInt8(kind)] + input.dropFirst()) == [], "\(input)")
            }
        }
    }
}
