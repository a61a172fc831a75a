public import AuditCore

/// What every ``AuditSink`` must do; run on the fake and on each adapter.
public struct AuditSinkContract<Sink: AuditSink>: Sendable {
    private let make: @Sendable () async throws -> Sink
    private let written: @Sendable (Sink) async throws -> Int

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - written: How many entries can be read back of what a sink was given.
    ///   - make: Makes a sink that works and was given nothing.
    public init(
        written: @escaping @Sendable (Sink) async throws -> Int, make: @escaping @Sendable () async throws -> Sink
    ) {
        (self.written, self.make) = (written, make)
    }

    /// Runs every check.
    ///
    /// - Throws: ``ContractViolation``, or the sink's own ``AuditSinkError``.
    public func run() async throws {
        let sink = try await make()
        let name = sink.name
        func expect(_ count: Int, _ promise: String) async throws {
            try ContractViolation.unless(try await written(sink), is: count, promise)
        }
        try ContractViolation.unless(name.isEmpty, is: false, "a sink has a name")
        try await expect(0, "nothing is written of itself")
        try await sink.write(Self.entries[0])
        try await expect(1, "what was written is there when the call returns")
        let outcome = await sink.write(Self.entries)
        try ContractViolation.unless(outcome.written, is: Self.entries.count, "entries that came together are counted")
        try ContractViolation.unless(outcome.trouble?.description, is: nil, "and nothing is said against them")
        try await expect(1 + Self.entries.count, "each of them is written, once")
        try await sink.reopen()
        try await sink.reopen()
        try await expect(1 + Self.entries.count, "reopening loses nothing")
        try await sink.write(Self.entries[0])
        try await expect(2 + Self.entries.count, "a sink goes on after it was reopened")
        try ContractViolation.unless(sink.name, is: name, "its name stays")
    }

    /// Logins and a failure, with texts that are syntax elsewhere.
    private static var entries: [AuditEntry] {
        var odd = SampleRecords.vk()
        odd.attempt.login = "a\"b\\c\u{0}d\r\nAUDIT_RULE=x\n\u{85}\u{2028}é😀"
        odd.attempt.sessionID = String(repeating: "s", count: 4000)
        return [
            .login(SampleRecords.vk()), .login(odd),
            .failure(FailureRecord(.wrongPassword, reason: "invalid password", attempt: odd.attempt)),
            .login(SampleRecords.local()),
        ]
    }
}
