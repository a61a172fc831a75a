@testable import RedisClient

/// What the reader of Redis's protocol promises, whatever it was given; also what the fuzzer holds it to.
enum BrokenPromises {
    /// Reads one input at once and in pieces, and names each promise that is broken.
    ///
    /// - Parameter input: How long the pieces are, then what a server says.
    static func of(_ input: [UInt8]) -> [String] {
        guard let piece = input.first.map({ Int($0 % 32) + 1 }) else { return [] }
        let text = Array(input.dropFirst())
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        let whole = Reading(of: text, in: max(1, text.count))
        let pieces = Reading(of: text, in: piece)
        promise(whole.replies == pieces.replies, "the same replies however they are cut")
        promise(whole.trouble == pieces.trouble, "the same end however they are cut")
        for reply in whole.replies {
            let size = Size(reply)
            promise(size.depth <= RESPReader.deepest, "no deeper than arrays may lie")
            promise(size.parts <= RESPReader.mostElements, "no more parts than a reply may have")
            promise(size.bytes <= RESPReader.longestReply, "no more bytes than a reply may have")
            promise(size.longest <= max(RESPReader.longestValue, RESPReader.longestLine), "no longer values")
            // What comes of it elsewhere.
            _ = (reply.number, reply.content, reply.elements, RedisAddress(reply)?.description)
            if case .error(let word) = reply {
                promise(
                    word.utf8.count <= 32 && word.utf8.allSatisfy { (0x41...0x5A).contains($0) },
                    "an error quotes nothing")
            }
        }
        return broken
    }

    /// All replies up to the first that is none, and why that is none.
    private struct Reading {
        var replies: [RedisReply] = []
        var trouble: RESPReader.Malformed?

        init(of text: [UInt8], in piece: Int) {
            var reader = RESPReader()
            for start in stride(from: 0, to: text.count, by: piece) {
                reader.feed(text[start..<min(start + piece, text.count)])
                do throws(RESPReader.Malformed) {
                    while let reply = try reader.next() { replies.append(reply) }
                } catch {
                    trouble = error
                    return
                }
            }
        }
    }

    private struct Size {
        var (depth, parts, bytes, longest) = (0, 1, 0, 0)

        init(_ reply: RedisReply) {
            if let content = reply.content { (bytes, longest) = (content.count, content.count) }
            for size in (reply.elements ?? []).map(Size.init) {
                depth = max(depth, size.depth)
                parts += size.parts
                bytes += size.bytes
                longest = max(longest, size.longest)
            }
            if reply.elements?.isEmpty == false { depth += 1 }
        }
    }
}
