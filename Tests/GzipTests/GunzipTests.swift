import Foundation
import Gzip
import Testing

struct GunzipTests {
    /// What `gzip -n` makes of a text.
    private static func packed(_ text: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-nc"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        Thread.detachNewThread {
            try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try? input.fileHandleForWriting.close()
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }

    private static func unpacked(_ data: [UInt8], by pieceSize: Int, into limit: Int) -> (
        text: [UInt8], state: Gunzip.State
    ) {
        let gunzip = Gunzip()
        var text: [UInt8] = []
        for start in stride(from: 0, to: data.count, by: pieceSize) {
            gunzip.feed(Array(data[start..<min(data.count, start + pieceSize)]))
            while case let piece = gunzip.next(limit), !piece.isEmpty {
                #expect(piece.count <= limit)
                text += piece
            }
        }
        return (text, gunzip.state)
    }

    private static let text = (0..<5000).map { "line \($0 * 7919 % 1000)\n" }.joined()

    @Test(arguments: [(1, 1), (1, 4096), (7, 13), (4096, 7), (1 << 20, 1 << 20)])
    func `what was packed comes back, whatever the pieces`(pieceSize: Int, limit: Int) throws {
        let result = Self.unpacked(try Self.packed(Self.text), by: pieceSize, into: limit)
        #expect(result.text == Array(Self.text.utf8) && result.state == .complete)
    }

    @Test func `members in a row are one text, and zeros behind them nothing`() throws {
        let data = try Self.packed("one\n") + Self.packed("") + Self.packed("two\n") + [0, 0, 0]
        for pieceSize in 1...data.count {
            let result = Self.unpacked(data, by: pieceSize, into: 100)
            #expect(result.text == Array("one\ntwo\n".utf8) && result.state == .complete)
        }
    }

    @Test func `what is cut off gives what it has, and is not complete`() throws {
        let data = try Self.packed(Self.text)
        for count in [1, 9, 10, data.count / 2, data.count - 8, data.count - 1] {
            let result = Self.unpacked(Array(data.prefix(count)), by: 100, into: 1000)
            #expect(result.state == .inside && Self.text.utf8.starts(with: result.text))
        }
    }

    @Test func `no change of a file gives another text, and none does harm`() throws {
        let data = try Self.packed(Self.text)
        for index in 0..<data.count {
            var changed = data
            changed[index] ^= 1 << UInt8(index % 8)
            let result = Self.unpacked(changed, by: 4096, into: 4096)
            // Some bits are of no account: the header's time, what fills up the last byte.
            #expect(result.state != .complete || result.text == Array(Self.text.utf8), "byte \(index)")
        }
    }

    @Test func `gzip is told by its first bytes`() throws {
        #expect(Gunzip.isGzip(try Self.packed("")))
        #expect(!Gunzip.isGzip(Array("{}".utf8)) && !Gunzip.isGzip([0x1F, 0x8B]) && !Gunzip.isGzip([UInt8]()))
    }
}
