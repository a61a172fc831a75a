import TestKit
import Foundation

/// Inputs of a fuzzer: what it starts from, and what it found.
public struct FuzzCorpus {
    /// Each file's bytes, in the order of the names.
    public let inputs: [[UInt8]]

    /// Reads a folder of `Fuzz/corpus`.
    public init(_ name: String) throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../../Fuzz/corpus/\(name)").standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        inputs = try files.sorted { $0.path < $1.path }.map { [UInt8](try Data(contentsOf: $0)) }
    }

    /// Each input many times over, cut off and with bytes changed; the same ones in each run.
    ///
    /// - Parameters:
    ///   - times: How often each input comes.
    ///   - head: How many bytes at the start stay as they are.
    public func changed(times: Int = 40, keeping head: Int = 0) -> [[UInt8]] {
        var numbers = SeededNumbers(2024)
        return inputs.filter { $0.count > head }.flatMap { input in
            (0..<times).map { _ in
                var bytes = Array(input.prefix(Int.random(in: head...input.count, using: &numbers)))
                for _ in 0..<Int.random(in: 0...4, using: &numbers) where bytes.count > head {
                    bytes[Int.random(in: head..<bytes.count, using: &numbers)] = .random(in: 0...255, using: &numbers)
                }
                return bytes
            }
        }
    }
}
