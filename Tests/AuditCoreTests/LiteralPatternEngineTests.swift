import AuditCoreTesting
import Testing

struct LiteralPatternEngineTests {
    @Test func `the literal engine keeps the promises of every pattern engine`() throws {
        try PatternEngineContract(badPattern: "(") { LiteralPatternEngine(refusing: ["(": "missing )"]) }.run()
    }

    @Test func `a broken promise is seen`() {
        // This engine refuses nothing.
        #expect(throws: ContractViolation.self) {
            try PatternEngineContract(badPattern: "(") { LiteralPatternEngine() }.run()
        }
    }
}
