import AuditCoreTesting
import PythonRegex
import Testing

struct EngineContractTests {
    @Test func `the engine keeps the promises of every pattern engine`() async throws {
        try await PatternEngineContract(badPattern: "(") { PCRE2PatternEngine() }.run()
    }
}
