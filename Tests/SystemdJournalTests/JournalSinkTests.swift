import AuditCore
import AuditCoreTesting
import Dispatch
import Locks
import Testing

@testable import SystemdJournal

/// What the sink does whatever becomes of libsystemd.
struct JournalSinkTests {
    @Test func `a send that hangs fails its record, and the next one goes once it is over`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let sink = JournalSink(patience: .milliseconds(20)) { entries in
            gate.wait()
            return (entries.count, nil)
        }
        await #expect(throws: AuditSinkError.self) { try await sink.write(.login(SampleRecords.vk())) }
        await #expect(throws: AuditSinkError.self) { try await sink.write(.login(SampleRecords.vk())) }
        for _ in 0..<100 { gate.signal() }
        // The send that was given up has to end first; each try is bounded by the sink's own patience.
        var isWritten = false
        for _ in 0..<99 where !isWritten {
            do {
                try await sink.write(.login(SampleRecords.vk()))
                isWritten = true
            } catch {}
        }
        #expect(isWritten)
    }

    @Test func `the sink keeps what is asked of adapters`() async throws {
        let sent = Mutex(0)
        try await AuditSinkContract(written: { _ in sent.withLock { $0 } }) {
            JournalSink(patience: .seconds(60)) { entries in
                sent.withLock { $0 += entries.count }
                return (entries.count, nil)
            }
        }.run()
    }

    @Test func `what journald says is passed on`() async throws {
        let sink = JournalSink(patience: .seconds(60)) { _ in (0, AuditSinkError("no")) }
        await #expect(throws: AuditSinkError.self) { try await sink.write(.login(SampleRecords.vk())) }
    }

    @Test func `a socket that is missing, or that nobody reads from, is no journal`() {
        #expect(JournalSocket.trouble(at: "/nowhere/socket") == "No such file or directory")
        #expect(JournalSocket.trouble(at: String(repeating: "x", count: 200)) == "File name too long")
        #expect(JournalSocket.trouble(at: "/dev/null") == "Connection refused")
    }
}
