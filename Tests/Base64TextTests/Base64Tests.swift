import Base64Text
import Testing

struct Base64Tests {
    /// RFC 4648 section 10.
    @Test(
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func `it is that of the RFC, both ways`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(Array(encoded.utf8)) == Array(text.utf8))
    }

    @Test func `all bytes come back`() {
        let bytes = (0...255).map(UInt8.init)
        for count in 0...bytes.count {
            #expect(Base64.decode(Array(Base64.encode(Array(bytes.prefix(count))).utf8)) == Array(bytes.prefix(count)))
        }
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v\n", " Zm9v", "Zm9v ", "Zm-v", "====", "Zg==Zg=="])
    func `nothing else is taken`(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }
}
