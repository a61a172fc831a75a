import AuditCore
import Logging
import Testing

@testable import WebAuth

/// What is kept in memory of what was looked up.
struct LookupCacheRoomTests {
    @Test func `names do not drive out what registries said`() async throws {
        let (answers, names) = Lookups.caches(.memory, Logger(label: "test")) { _ in }
        func entry(_ key: String) -> LookupCacheEntry {
            LookupCacheEntry(key: key, value: Array(repeating: 0x20, count: 2048), lifetime: .seconds(600))
        }
        try await answers.store([entry("dw:net:4:c6120507:32")])
        // Of 2 KB each, more than all memory has room for.
        try await names.store((0..<20_000).map { entry("dw:ptr:4:\($0):32") })
        #expect(answers.valuesAtHand(for: ["dw:net:4:c6120507:32"]).count == 1)
        #expect(names.valuesAtHand(for: ["dw:ptr:4:0:32"]).isEmpty)
        #expect(names.valuesAtHand(for: ["dw:ptr:4:19999:32"]).count == 1)
    }
}
