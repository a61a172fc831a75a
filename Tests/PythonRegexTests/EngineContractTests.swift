import AuditCoreTesting
import PythonRegex
import Testing

struct EngineContractTests {
    @Test func `the engine keeps the promises of every pattern engine`() throws {
        try PatternEngineContract(badPattern: "(") { PCRE2PatternEngine() }.run()
    }
}
