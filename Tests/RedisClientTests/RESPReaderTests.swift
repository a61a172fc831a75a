import Testing

@testable import RedisClient

struct RESPReaderTests {
    private func read(_ text: String, piece: Int = .max) throws -> [RedisReply] {
        var (reader, replies) = (RESPReader(), [RedisReply]())
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reader.feed(rest.prefix(piece))
            rest = rest.dropFirst(piece)
            while let reply = try reader.next() { replies.append(reply) }
        }
        #expect(!reader.isWithin)
        return replies
    }

    private static let conversation =
        "+OK\r\n$5\r\nhe\r\nl\r\n$-1\r\n$0\r\n\r\n:-42\r\n*-1\r\n*0\r\n*2\r\n$1\r\na\r\n*2\r\n:7\r\n+x\r\n-WRONGPASS of hush\r\n"

    @Test(arguments: 1...20) func `replies are read however they are cut into pieces`(piece: Int) throws {
        #expect(
            try read(Self.conversation, piece: piece) == [
                .status(Array("OK".utf8)), .bytes(Array("he\r\nl".utf8)), .null, .bytes([]), .integer(-42), .null,
                .array([]), .array([.bytes([97]), .array([.integer(7), .status([120])])]), .error("WRONGPASS"),
            ])
    }

    @Test func `a value of the longest length is read, and nothing longer`() throws {
        let value = String(repeating: "v", count: RESPReader.longestValue)
        #expect(try read("$\(value.utf8.count)\r\n\(value)\r\n", piece: 1000).count == 1)
        #expect(throws: RESPReader.Malformed.self) { try read("$\(value.utf8.count + 1)\r\n") }
    }

    @Test(
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n", "$3\r\nabcd\r\n", "$x\r\n", "$\r\n", "$-2\r\n", "$99999999999999999999\r\n",
            "$999999999999999999999999\r\n", "*-2\r\n", "*5000\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", ":\r\n",
            ":1 \r\n", "\r\n",
            "\0", ":0x10\r\n", "%1\r\n+a\r\n+b\r\n", "+" + String(repeating: "x", count: 5000),
            "*4096\r\n" + String(repeating: "*4096\r\n", count: 3),
            "*2\r\n*4000\r\n" + String(repeating: ":1\r\n", count: 4000) + "*4000\r\n"
                + String(repeating: ":1\r\n", count: 4000),
        ])
    func `what is not the protocol, or more than may be said, is an error`(text: String) {
        #expect(throws: RESPReader.Malformed.self) {
            _ = try read(text.hasSuffix("\n") || text.hasPrefix("+") ? text : text + "\r\n")
        }
    }

    @Test func `an array of long values is bounded as a whole, and what is only promised costs nothing`() throws {
        let value = "$\(RESPReader.longestValue)\r\n" + String(repeating: "v", count: RESPReader.longestValue) + "\r\n"
        #expect(try read("*3\r\n" + String(repeating: value, count: 3)).count == 1)
        #expect(throws: RESPReader.Malformed.self) { try read("*4096\r\n" + String(repeating: value, count: 5)) }
        // Each reply by itself.
        #expect(try read(String(repeating: value, count: 40)).count == 40)
        let line = "+" + String(repeating: "x", count: 4000) + "\r\n"
        #expect(throws: RESPReader.Malformed.self) { try read("*4096\r\n" + String(repeating: line, count: 100)) }
    }

    @Test func `of an error its first word is read, or why its script may not write`() throws {
        let errors = [
            "-ERR Error running script (call to f_6b1bf486): @user_script:14: -READONLY You can't write: a replica.\r\n",
            "-READONLY You can't write against a read only replica.\r\n", "-ERR unknown command 'READONLY'\r\n",
            "-NOPERM this user -READONLY has no permissions\r\n", "-\r\n",
        ].joined()
        #expect(try read(errors) == ["READONLY", "READONLY", "ERR", "NOPERM", ""].map { RedisReply.error($0) })
    }

    @Test func `many replies cost no more than their bytes`() throws {
        var reader = RESPReader()
        let chunk = Array(String(repeating: ":1\r\n", count: 4096).utf8)
        var count = 0
        for _ in 0..<256 {
            reader.feed(chunk)
            while try reader.next() != nil { count += 1 }
        }
        #expect(count == 256 * 4096)
    }
}

struct SentinelVotesTests {
    private let old = RedisAddress.tcp(host: "a", port: 1)
    private let new = RedisAddress.tcp(host: "b", port: 2)

    @Test func `one that is cut off is outvoted, in whatever order they answer`() {
        for order in [[old, new, new], [new, old, new], [new, new, old]] {
            var votes = SentinelVotes(of: 3)
            for server in order {
                #expect(votes.majority == nil)
                votes.take(server)
                if votes.majority != nil { break }
            }
            #expect(votes.majority == new)
        }
    }

    @Test func `one alone is believed only if there is no other`() {
        for answers in [[new, nil, nil], [nil, nil, new], [new, old, nil], [new, old, .tcp(host: "c", port: 3)]] {
            var votes = SentinelVotes(of: 3)
            for answer in answers { votes.take(answer) }
            #expect(votes.majority == nil && votes.isComplete)
        }
        var votes = SentinelVotes(of: 1)
        votes.take(new)
        #expect(votes.majority == new)
    }

    @Test(arguments: [
        RedisReply.null, .array([]), .array([.bytes(Array("a".utf8))]), .array([.bytes([]), .bytes(Array("1".utf8))]),
        .array([.bytes(Array("a b".utf8)), .bytes(Array("1".utf8))]),
        .array([.bytes(Array("a".utf8)), .bytes(Array("0".utf8))]),
        .array([.bytes(Array("a".utf8)), .bytes(Array("65536".utf8))]), .integer(1),
    ])
    func `what is no place is none`(reply: RedisReply) {
        #expect(RedisAddress(reply) == nil)
    }
}
