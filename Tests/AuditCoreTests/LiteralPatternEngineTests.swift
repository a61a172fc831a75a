import AuditCoreTesting
import Testing

struct LiteralPatternEngineTests {
    @Test func `the literal engine keeps the promises of every pattern engine`() {
        let engine = LiteralPatternEngine(refusing: ["(": "missing )"])
        #expect(PatternEngineContract.violations(of: engine, badPattern: "(") == [])
    }

    @Test func `a broken promise is seen`() {
        // This engine refuses nothing.
        #expect(!PatternEngineContract.violations(of: LiteralPatternEngine(), badPattern: "(").isEmpty)
    }
}
