import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("registries")
        #expect(corpus.inputs.count >= 30)
        for input in corpus.inputs + corpus.changed(keeping: 2) {
            #expect(BrokenPromises.of(input) == [], "\(String(decoding: input, as: UTF8.self))")
        }
    }
}
