@testable import Settings
import Testing

struct HostileSettingsTests {
    private func problem(_ bytes: [UInt8]) throws -> SettingsProblem {
        do {
            _ = try Settings.parse(bytes, file: "f", baseDirectory: "/", in: environment())
            Issue.record("parsed")
            return SettingsProblem(file: "", message: "")
        } catch {
            return try #require(error.problems.first)
        }
    }

    @Test func `a file that is not UTF-8 is refused at the first bad byte`() throws {
        let found = try problem(Array("a = 'ä'\nb = '".utf8) + [0xFF, 0x27])
        #expect(found.description == "f:2:6: not valid UTF-8")
    }

    @Test func `a NUL is refused, as a byte and as an escape`() throws {
        #expect(try problem(Array("[server]\nhost = 'a\0b'".utf8)).description == "f:2:10: a NUL byte")
        for text in [#"server.host = "a\u0000""#, #"server.host = "a\U00000000""#, #""a\u0000" = 1"#] {
            #expect(try problem(Array(text.utf8)).message == "a NUL in a string")
        }
    }

    @Test func `a byte order mark and CRLF are let through, and do not shift places`() throws {
        #expect(try problem([0xEF, 0xBB, 0xBF] + Array("server.prot = 1\r\n".utf8)).column == 8)
        let loaded = try Settings.parse(
            [0xEF, 0xBB, 0xBF] + Array("[server]\r\nport = 1\r\n# ä\r\n".utf8), file: "f", baseDirectory: "/",
            in: environment())
        #expect(loaded.settings.server.port == 1)
    }

    @Test func `ten megabytes are refused unread`() throws {
        let found = try problem(Array(repeating: UInt8(ascii: "#"), count: 10_000_000))
        #expect(found.message.hasPrefix("10000000 bytes are too many"))
    }

    @Test(arguments: [
        ("a = ", "[", 100_000, ""), ("a = ", "{a=", 100_000, ""), ("a", ".a", 100_000, " = 1"),
        ("[a", ".a", 100_000, "]\nb = 1"), ("[[a", ".a", 100_000, "]]\nb = 1"), ("a = ", "[", 250, "]"),
        ("server", ".a", 400, " = 1"), ("server", ".a", 40, " = 1"), ("[server]\n", "a", 500_000, " = 1"),
        ("a = ", "[\n", 100_000, ""), ("", "[a]\n", 100_000, ""), ("a = [", "'x',", 100_000, "]"),
    ])
    func `deep and long documents are refused without harm`(
        head: String, repeated: String, count: Int, tail: String
    ) throws {
        let text = head + String(repeating: repeated, count: count) + tail
        let found = try problem(Array(text.utf8))
        #expect(!found.message.isEmpty)
        #expect(found.description.utf8.count < 500)
    }

    @Test(arguments: [
        "a = 1\na = 2", "[server]\nport = 1\n[server]\nport = 2", "server.port = 1\n[server]\nhost = 'x'",
        "[server", "= 1", "port 8000", "a = \"", "a = '''", "a = 1 b = 2", "[server]\nport = 08000", "a = tru",
        "[[server]\n",
    ])
    func `what is no TOML is refused with a place`(text: String) throws {
        let found = try problem(Array(text.utf8))
        #expect(found.line >= 1 && found.line <= 4 && found.column >= 1)
        #expect(!found.message.isEmpty)
    }

    @Test func `control characters of the file do not reach a message`() throws {
        let found = try problem(Array(#""a\u001b[2J\n" = 1"#.utf8))
        #expect(found.description.utf8.allSatisfy { $0 >= 0x20 })
        let value = try problem(Array(#"audit.mode = "\u001b[2J\u202e""#.utf8))
        #expect(value.message == #""\u{1b}[2J\u{202e}" is not one of enforce, watch"#)
    }

    @Test(arguments: Settings.knownKeys())
    func `a value of the wrong type is named at its key`(key: SettingsKey) throws {
        let right: Set<String> =
            switch key.kind {
            case .string: key.path.hasSuffix(".level") || key.path == "audit.blast_radius" ? ["5", "'x'"] : ["'x'"]
            case .integer: ["5", "true"]  // true is 1, as it was in Python
            case .boolean: ["true"]
            case .duration: ["5", "'x'", "true"]
            case .byteSize: ["5", "'x'", "true"]
            case .strings: ["['x']"]
            case .map, .table: ["{x='x'}"]
            }
        // A list of tables, which may be empty; what is wrong in it is named by its place.
        let isList = ["server.listen", "auth.templates"].contains(key.path)
        let others = ["5", "'x'", "true", "['x']", "{x='x'}", "1.5", "1979-05-27", "[]", "07:32:00", "inf"]
        for wrong in others where !right.contains(wrong) && !(wrong == "[]" && (key.kind == .strings || isList)) {
            let text = "\(key.path) = \(wrong)"
            do {
                _ = try Settings.parse(Array(text.utf8), file: "f", baseDirectory: "/", in: environment())
                Issue.record("parsed: \(text)")
            } catch {
                let isElement = isList && wrong.hasPrefix("[")
                let prefix = "f:1:\(key.path.count + (isElement ? 5 : 4)): \(key.path)\(isElement ? "[0]" : ""): "
                #expect(error.problems.contains { $0.description.hasPrefix(prefix) }, "\(text) gave \(error)")
            }
        }
    }

    @Test func `the scanner ends on any text`() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let alphabet = Array("[]{}\"'=.,#\\\n\r ab1u\u{0}é".utf8)
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<24 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let positions = TOMLPositions(scanning: bytes)
            #expect(positions.keys.count <= bytes.count)
        }
    }
}
