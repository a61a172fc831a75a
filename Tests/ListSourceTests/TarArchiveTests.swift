import Foundation
@testable import ListSource
import Testing

struct TarArchiveTests {
    private static let members = [
        TarArchive.Member(name: "manifest", bytes: Array("one\n".utf8)[...], modified: 1_700_000_000),
        TarArchive.Member(name: "ip_networks.deny.lst", bytes: [UInt8](repeating: 65, count: 512)[...], modified: 0),
        TarArchive.Member(name: "empty.lst", bytes: [], modified: 1),
    ]

    private func fault(_ bytes: [UInt8], atMost count: Int = 10) -> String {
        do {
            _ = try TarArchive.read(bytes[...], atMost: count)
            return "none"
        } catch { return error.description }
    }

    @Test func `what was written is read, and tar reads it`() throws {
        let bytes = TarArchive.write(Self.members)
        #expect(bytes.count == 512 * (2 + 2 + 1 + 2))
        #expect(try TarArchive.read(bytes[...], atMost: 3) == Self.members)
        // A slice that does not begin at 0.
        #expect(try TarArchive.read(([1, 2, 3] + bytes)[3...], atMost: 3) == Self.members)

        let file = FileManager.default.temporaryDirectory.appending(path: "tar-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "--list", "--verbose", "--utc", "--numeric-owner", "--file", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            lines == [
                "-rw-r--r-- 0/0 4 2023-11-14 22:13 manifest",
                "-rw-r--r-- 0/0 512 1970-01-01 00:00 ip_networks.deny.lst",
                "-rw-r--r-- 0/0 0 1970-01-01 00:00 empty.lst",
            ])
    }

    @Test func `no byte can be changed without being noticed, but for those of the files and their headers' times`() {
        let bytes = TarArchive.write(Self.members)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            guard let read = try? TarArchive.read(changed[...], atMost: 10) else { continue }
            // Where it is read all the same, it says something else; and what it says is all there is.
            #expect(read != Self.members && TarArchive.write(read) == changed, "byte \(index)")
        }
    }

    @Test func `nothing is read of what is cut off, or has something behind it`() {
        let bytes = TarArchive.write(Self.members)
        for count in 0..<bytes.count { #expect(fault(Array(bytes.prefix(count))) != "none", "\(count)") }
        for more in [[0], [UInt8](repeating: 0, count: 512), bytes] { #expect(fault(bytes + more) != "none") }
        #expect(fault(bytes, atMost: 2) == "byte 2048: more than 2 files")
        #expect(fault([]) == "byte 0: no end where it has to be")
    }

    /// Changes the first header, and makes its checksum right again.
    private func forged(_ offset: Int, _ text: String) -> [UInt8] {
        var bytes = TarArchive.write(Self.members)
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
        bytes.replaceSubrange(148..<156, with: Array("        ".utf8))
        let sum = bytes.prefix(512).reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let field = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
        bytes.replaceSubrange(148..<156, with: Array(field.utf8))
        return bytes
    }

    @Test(arguments: [
        (0, "../../etc"), (0, "/manifest"), (0, "a/b"), (0, ".hidden"), (0, "Manifest"), (0, "manifest\0x"), (0, "\0"),
        (100, "0000777"), (108, "0000001"), (116, "0000001"), (124, "-0000000004"), (124, "          4"),
        (124, "00000000004 "), (124, "77777777777"), (136, "1454761330x"), (156, "1"), (156, "2"), (156, "5"),
        (156, "6"),
        (156, "L"), (156, "x"), (156, "\0"), (157, "/etc/shadow"), (257, "ustar  \0"), (257, "USTAR"), (263, "  "),
        (265, "root"), (297, "root"), (329, "0000001"), (337, "0000001"), (345, "etc"), (500, "x"),
    ])
    func `a header that says anything else is refused, though its checksum is right`(offset: Int, text: String) {
        #expect(fault(forged(offset, text)) != "none")
    }

    @Test func `the size of a file is not believed`() {
        // As large as an archive can say, and as large as makes it reach behind the end.
        for size in ["77777777777", "00000007777"] {
            #expect(fault(forged(124, size)) == "byte 0: manifest is cut off", "\(size)")
        }
        #expect(fault(forged(124, "00000000003")) == "byte 0: manifest is not filled with zeros")
    }
}
