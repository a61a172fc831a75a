import AuditCore
import AuditCoreTesting
import FileAuditSinks
import Foundation
import Testing

struct StandardErrorSinkTests {
    @Test func `it writes the identifier and the message`() async throws {
        let pipe = Pipe()
        let sink = StandardErrorSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let failure = FailureRecord(.wrongPassword, reason: "invalid password", attempt: SampleRecords.vk().attempt)
        try await sink.write(.login(SampleRecords.local()))
        try await sink.write(.failure(failure))
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == "mail-audit: \(SampleRecords.local().message)\nmail-auth: \(failure.message)\n")
    }

    @Test func `the sink keeps what is asked of adapters`() async throws {
        let path = NSTemporaryDirectory() + "/stderr-\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        let descriptor = file.fileDescriptor
        try await AuditSinkContract(written: { _ in
            try String(contentsOfFile: path, encoding: .utf8).count(where: { $0 == "\n" })
        }) { StandardErrorSink(descriptor: descriptor) }.run()
        withExtendedLifetime(file) {}
    }

    @Test func `a pipe that nobody reads holds an entry no longer than it may`() async throws {
        let pipe = Pipe()
        let sink = StandardErrorSink(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, patience: .milliseconds(50))
        var refusal: AuditSinkError?
        for _ in 0..<10_000 where refusal == nil {
            do { try await sink.write(.login(SampleRecords.vk())) } catch { refusal = error }
        }
        #expect(refusal?.description == "standard error has not taken a record for 0.05 seconds")
        // Lets the thread that still writes end.
        try pipe.fileHandleForReading.close()
    }
}
