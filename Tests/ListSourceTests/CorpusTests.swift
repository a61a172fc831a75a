import FuzzCorpus
import Testing

@Suite struct CorpusTests {
    @Test func `nothing in the corpus breaks a promise, cut off and changed either`() throws {
        let corpus = try FuzzCorpus("list-archives")
        #expect(corpus.inputs.count >= 5)
        for input in corpus.inputs + corpus.changed() {
            #expect(BrokenPromises.of(input) == [], "\(input.prefix(600))")
        }
    }
}
