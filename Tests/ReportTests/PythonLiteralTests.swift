import StrictJSON
import Testing
@testable import Report

struct PythonLiteralTests {
    @Test(arguments: [
        ("None", "null"), ("True", "true"), ("False", "false"), ("0", "0"), ("-12", "-12"), ("1.5", "1.5"),
        ("-97.822", "-97.822"), ("1e-05", "1e-05"), ("5.", "5.0"), ("'a'", #""a""#), (#""it's""#, #""it's""#),
        (#"'a\'b"c'"#, #""a'b\"c""#), (#"'\\n\n\x41\u00e9\U0001f600'"#, #""\\n\nAé😀""#), ("()", "[]"),
        ("('a',)", #"["a"]"#), ("[]", "[]"), ("['GOGL', 1, None]", #"["GOGL",1,null]"#), ("{}", "{}"),
        ("{'a': {'b': [()]}}", #"{"a":{"b":[[]]}}"#),
        (
            "{'name': \"Cote D'Ivoire\", 'geoname_id': 2287781, 'code': 'CI'}",
            #"{"name":"Cote D'Ivoire","geoname_id":2287781,"code":"CI"}"#
        ),
    ])
    func `what Python writes is read`(text: String, json: String) throws {
        #expect(PythonLiteral.parse(text) == (try JSONValue(parsing: Array(json.utf8))))
    }

    @Test(arguments: [
        "", " ", "none", "nan", "inf", "-inf", "infinity", "0x10", "1_000", "'", "'a", #"'a\'"#, #"'\q'"#, #"'\x4'"#,
        #"'\ud800'"#,
        #"'\U00110000'"#, "[", "[1", "[1 2]", "[,]", "{1: 2}", "{'a'}", "{'a': }", "{'a': 1", "(", "('a'", "a", "1 2",
        "'a' 'b'", "set()", "b'a'", "__import__('os')", "[1]]", "1e999", "--1", "-", ".", "+", "e",
    ])
    func `what Python does not write is nil`(text: String) { #expect(PythonLiteral.parse(text) == nil) }

    @Test func `depth and length are bounded`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(PythonLiteral.parse(nested(PythonLiteral.depthLimit)) != nil)
        #expect(PythonLiteral.parse(nested(100_000 / 2)) == nil)
        #expect(PythonLiteral.parse("'" + String(repeating: "a", count: PythonLiteral.lengthLimit) + "'") == nil)
    }

    @Test func `no text makes it fail otherwise`() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "'", "\"", "\\", "[", "]", "{", "}", "(", ")", ",", ":", " ", "a", "1", "-", ".", "x", "u", "\u{0}", "é",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            _ = PythonLiteral.parse(text.joined())
        }
    }
}
