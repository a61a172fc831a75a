import AuditCoreTesting
import Testing

struct LiteralPatternEngineTests {
    @Test func `the literal engine keeps the promises of every pattern engine`() async throws {
        try await PatternEngineContract(badPattern: "(") { LiteralPatternEngine(refusing: ["(": "missing )"]) }.run()
    }

    @Test func `a broken promise is seen`() async {
        // This engine refuses nothing.
        await #expect(throws: ContractViolation.self) {
            try await PatternEngineContract(badPattern: "(") { LiteralPatternEngine() }.run()
        }
    }
}
