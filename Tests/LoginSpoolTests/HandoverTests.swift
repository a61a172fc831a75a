import Foundation
import LoginSpool
import Testing

struct HandoverTests {
    @Test func `a boot that cannot be read is nobody else's`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "boot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "boot_id")
        #expect(Handover.boot(from: file.path) != Handover.boot(from: file.path))
        for content in ["", "0b56c4a3"] {
            try Data(content.utf8).write(to: file)
            let boots = [Handover.boot(from: file.path), Handover.boot(from: file.path)]
            #expect(boots[0] != boots[1])
            #expect(boots.allSatisfy { $0.count == 36 && !$0.contains(0) })
        }
        let name = "0b56c4a3-9a8d-4c3e-8a55-6f5d3c8a0b11"
        try Data("\(name)\n".utf8).write(to: file)
        #expect(Handover.boot(from: file.path) == Array(name.utf8))
    }
}
