import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("dns")
        #expect(corpus.inputs.count >= 8)
        for input in corpus.inputs + corpus.changed(times: 200) {
            #expect(BrokenPromises.of(input) == [], "\(input)")
        }
    }
}
