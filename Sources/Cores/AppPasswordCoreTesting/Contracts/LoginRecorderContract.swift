public import AppPasswordCore
import AuditCore
import AuditCoreTesting

/// What every ``LoginRecorder`` must do; run on the fake and on each adapter.
public struct LoginRecorderContract<Recorder: LoginRecorder>: Sendable {
    private let make: @Sendable () async throws -> Recorder
    private let written: @Sendable (Recorder) async throws -> [LoginLogRow]

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - written: Has everything written that waits, and reads what was.
    ///   - make: Makes a recorder that has taken nothing down.
    public init(
        written: @escaping @Sendable (Recorder) async throws -> [LoginLogRow],
        make: @escaping @Sendable () async throws -> Recorder
    ) {
        (self.written, self.make) = (written, make)
    }

    /// Runs every check.
    ///
    /// - Throws: ``AuditCoreTesting/ContractViolation``.
    public func run() async throws {
        let recorder = try await make()
        let start = Timestamp(milliseconds: 1_763_918_141_000)
        func row(_ password: Int64, _ seconds: Int64, refusal: String? = nil) -> LoginLogRow {
            LoginLogRow(
                passwordID: password, service: "imap", sourceAddress: "192.0.2.\(password)",
                time: start.advanced(by: .seconds(seconds)), refusal: refusal)
        }
        try ContractViolation.unless(recorder.lastUse(of: 1), is: nil, "nothing was used that was not recorded")

        let first = await recorder.record(row(1, 0))
        let second = await recorder.record(row(2, 1))
        try ContractViolation.unless(first == second, is: false, "each use has a ticket of its own")
        recorder.complete(first, name: "host.example.org", location: "Vienna", isp: "EXAMPLE-NET")
        recorder.complete(second, name: nil, location: nil, isp: nil)
        // Nobody knows these any more.
        recorder.complete(second, name: "again.example.org", location: nil, isp: nil)
        recorder.complete(LoginTicket(number: .max), name: "nobody.example.org", location: nil, isp: nil)
        let last = recorder.lastUse(of: 1)
        try ContractViolation.unless(
            last == nil || last == row(1, 0).time, is: true, "what is remembered of a use is its time")
        _ = await recorder.record(row(1, 300, refusal: "denied"))
        try ContractViolation.unless(recorder.lastUse(of: 1), is: last, "a refused login is no use")

        let rows = try await written(recorder)
        try ContractViolation.unless(
            rows.filter { $0.passwordID == 1 && $0.refusal == nil }.map(\.sourceName), is: ["host.example.org"],
            "a use is written once, with the facts that came later")
        try ContractViolation.unless(
            rows.filter { $0.passwordID == 2 }.map(\.time), is: [row(2, 1).time], "and so is one without")
        try ContractViolation.unless(
            rows.filter { $0.passwordID == 1 && $0.refusal == "denied" }.map(\.time), is: [row(1, 300).time],
            "and a login that was refused")
        try ContractViolation.unless(rows.count, is: 3, "nothing else is written")
    }
}
