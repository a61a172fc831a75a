import Foundation
import Testing

/// What the fuzzer starts from, and what it found, once more; then the same with bytes changed and cut off.
@Suite struct CorpusTests {
    private static let inputs: [[UInt8]] = {
        let folder = URL(filePath: #filePath).appending(path: "../../../Fuzz/corpus/registries").standardized
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.compactMap { try? Array(Data(contentsOf: $0)) }
    }()

    @Test func `nothing in the corpus breaks a promise`() {
        #expect(Self.inputs.count >= 30)
        for input in Self.inputs {
            #expect(BrokenPromises.of(input) == [], "\(String(decoding: input, as: UTF8.self))")
        }
    }

    @Test func `nothing cut off or changed by a byte does`() {
        var generator = SmallGenerator(state: 2024)
        for input in Self.inputs where input.count > 2 {
            for _ in 0..<40 {
                var changed = Array(input.prefix(Int.random(in: 2...input.count, using: &generator)))
                for _ in 0..<Int.random(in: 0...4, using: &generator) where changed.count > 2 {
                    changed[Int.random(in: 2..<changed.count, using: &generator)] = .random(
                        in: 0...255, using: &generator)
                }
                #expect(BrokenPromises.of(changed) == [], "\(changed)")
            }
        }
    }

    /// The same numbers in each run (splitmix64).
    private struct SmallGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
