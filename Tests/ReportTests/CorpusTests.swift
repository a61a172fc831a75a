import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("records")
        #expect(corpus.inputs.count >= 6)
        for input in corpus.inputs + corpus.changed() {
            #expect(BrokenPromises.of(input) == [], "\(String(decoding: input, as: UTF8.self))")
        }
    }
}
