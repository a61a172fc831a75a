import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("gzip")
        #expect(corpus.inputs.count >= 5)
        for input in corpus.inputs + corpus.changed() {
            #expect(BrokenPromises.of(input) == [], "\(input)")
        }
    }
}
