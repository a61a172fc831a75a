import AuditCore
import Testing

struct AddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:0201", "192.0.2.1"), ("::192.0.2.1", "::c000:201"),
        ("fe80::1%eth0", "fe80::1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1::1.2.3.4", "1::102:304"),
    ])
    func `an address is printed in canonical form`(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/32", "1..2.3",
        "0x1.2.3.4", "1.2.3.٤", "+1.2.3.4", "1.2.3.4%eth0", "[::1]", "::1/128", ":", ":::", "1:::2", "::1::", ":1",
        "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::",
        "fe80::1%", "fe80::1%a%b", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.04", "1.2.3.4:80",
        ":1.2.3.4", "1:2:3:4:5:6:7:8:", ":1:2:3:4:5:6:7:8", "::\u{0}", "%", "::%", "1.2.3.4\n",
    ])
    func `what is no address is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"), ("::/0", "::/0"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:db8::1/32", "2001:db8::/32"), ("::1", "::1/128"), ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
    ])
    func `a prefix has its host bits cleared`(text: String, canonical: String) {
        #expect(IPPrefix(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/064", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0", "::ffff:10.0.0.0/64", "10/8", "10.0.0.0 /8", "10.0.0.0/ 8", "1.2.3.4/999999999999",
    ])
    func `what is no prefix is refused`(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test func `families never mix`() throws {
        let tens = try #require(IPPrefix("10.0.0.0/8"))
        let client = try #require(IPAddress("2001:db8::a00:1"))
        #expect(!tens.contains(client))
        #expect(try tens.contains(#require(IPAddress("::ffff:10.0.0.1"))))
        #expect(try !#require(IPPrefix("::/0")).contains(#require(IPAddress("10.0.0.1"))))
    }
}
