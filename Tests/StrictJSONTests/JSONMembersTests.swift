import StrictJSON
import Testing

struct JSONMembersTests {
    private func split(_ text: String, maxDepth: Int = 8) -> [(name: String, value: String)]? {
        JSONMembers(Array(text.utf8), maxDepth: maxDepth)?.members
            .map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
    }

    @Test func `members are found, values untouched`() throws {
        let members = try #require(
            split(
                " { \"a\" : 1 , \"b\":[1,{\"x\":\"]}\\\"\"}] ,\"\\u0063\":\"t,e}xt\", \"d\":{} ,\"e\":-1.5e3,\"a\":null}\r"
            ))
        #expect(members.map(\.name) == ["a", "b", "c", "d", "e", "a"])
        #expect(members.map(\.value) == ["1", "[1,{\"x\":\"]}\\\"\"}]", "\"t,e}xt\"", "{}", "-1.5e3", "null"])
        #expect(split("{}")?.isEmpty == true)
    }

    @Test(arguments: [
        "", "[]", "1", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1}x", "{\"a\":}", "{a:1}",
        "{\"a\" 1}",
        "{\"a\":\"x}", "{\"a\":[1}", "{\"a\":\"\n\"}", "{\"a\":[[[[[[[[]]]]]]]]}", "{\"a\":\"\\", "{\"a\":1 2}", "{,}",
        "{\"a\":1,}",
    ])
    func `what is no whole object has none`(text: String) { #expect(split(text) == nil) }

    @Test func `each cut of an object is refused`() {
        let text = "{\"user\":\"a\\\"b\",\"n\":[1,2,{\"x\":[\"}\"]}],\"f\":{\"a\":\"\\u00e9\"},\"b\":false}"
        #expect(split(text) != nil)
        for length in 0..<text.utf8.count {
            #expect(split(String(decoding: text.utf8.prefix(length), as: UTF8.self)) == nil)
        }
    }
}
