import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("redis")
        #expect(corpus.inputs.count >= 8)
        for input in corpus.inputs + corpus.changed(keeping: 1) {
            #expect(BrokenPromises.of(input) == [], "\(input)")
        }
    }
}
