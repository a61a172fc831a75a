package import AuditCore

/// What every ``LookupCache`` must do; run on the fake and on each adapter.
package struct LookupCacheContract: Sendable {
    private let shortLifetime: Duration
    private let pass: @Sendable (Duration) async throws -> Void
    private let make: @Sendable () async throws -> any LookupCache
    /// Keeps the keys of one run apart from those of others in a shared store.
    private let prefix: String

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - shortLifetime: A lifetime after which `pass` lets a value be gone.
    ///   - pass: Lets so much time pass, by the cache's own clock.
    ///   - make: Makes a cache that is reachable and has room for a few hundred kilobytes.
    package init(
        shortLifetime: Duration = .milliseconds(50), pass: @escaping @Sendable (Duration) async throws -> Void,
        make: @escaping @Sendable () async throws -> any LookupCache
    ) {
        (self.shortLifetime, self.pass, self.make) = (shortLifetime, pass, make)
        prefix = "contract-\(UInt64.random(in: 0...UInt64.max))-"
    }

    /// Runs every check.
    ///
    /// - Throws: ``ContractViolation`` with a sentence for each promise that is not kept, or the cache's own ``LookupError``.
    package func run() async throws {
        let cache = try await make()
        var violations: [String] = []
        func check(_ holds: Bool, _ sentence: String) { if !holds { violations.append(sentence) } }
        func key(_ name: String) -> String { prefix + name }
        func entry(_ name: String, _ value: [UInt8], _ lifetime: Duration = .seconds(600)) -> LookupCacheEntry {
            LookupCacheEntry(key: key(name), value: value, lifetime: lifetime)
        }
        func value(_ name: String) async throws(LookupError) -> [UInt8]? {
            try await cache.values(for: [key(name)])[key(name)]
        }

        check(try await cache.values(for: []).isEmpty, "asking for no key finds nothing")
        try await cache.store([])
        check(try await value("absent") == nil, "a key never stored is missing")

        let everyByte = (0...255).map { UInt8($0) }
        let large = [UInt8](repeating: 0x2a, count: 64 << 10)
        try await cache.store([
            entry("bytes", everyByte), entry("empty", []), entry("large", large), entry("198.51.100.0/24", [1]),
            entry("a b\r\nSET c", [2]), entry("schlüssel 🗝", [3]),
        ])
        check(try await value("bytes") == everyByte, "a value keeps every byte")
        check(try await value("empty") ?? [] == [], "an empty value is empty, or not there")
        check(try await value("large") == large, "a value of 64 KiB is kept")
        check(try await value("198.51.100.0/24") == [1], "a key may be a network")
        check(try await value("a b\r\nSET c") == [2], "a key may hold blanks and line ends")
        check(try await value("schlüssel 🗝") == [3], "a key may hold any text")
        check(try await value("c") == nil, "a key is never a command")

        let many = try await cache.values(for: ["bytes", "absent", "c", "198.51.100.0/24", "bytes"].map(key))
        check(
            many == [key("bytes"): everyByte, key("198.51.100.0/24"): [1]],
            "several keys are read together, each with its own value")

        try await cache.store([entry("bytes", [9])])
        check(try await value("bytes") == [9], "storing replaces the value")

        try await cache.store([
            entry("short", [1], shortLifetime), entry("renewed", [1], shortLifetime), entry("long", [1]),
        ])
        try await cache.store([entry("renewed", [2])])
        try await pass(shortLifetime * 2)
        check(try await value("short") == nil, "a value is gone after its lifetime")
        check(try await value("renewed") == [2], "storing replaces the lifetime")
        check(try await value("long") == [1], "a value lives through its lifetime")

        try await cache.store([entry("none", [1], .zero), entry("past", [1], .seconds(-5)), entry("beside", [1])])
        check(try await value("none") == nil, "a value without lifetime is not kept")
        check(try await value("past") == nil, "a negative lifetime is none")
        check(try await value("beside") == [1], "entries beside one without lifetime are kept")

        let atHand = cache.valuesAtHand(for: ["bytes", "short", "absent"].map(key))
        check(
            atHand.isEmpty || atHand == [key("bytes"): [9]],
            "what is at hand is nothing, or what the cache holds")

        let names = (0..<300).map { "many\($0)" }
        try await cache.store(names.map { entry($0, Array($0.utf8)) })
        let all = try await cache.values(for: names.map(key))
        check(all.count == 300 && names.allSatisfy { all[key($0)] == Array($0.utf8) }, "300 entries go at once")
        try ContractViolation.unlessEmpty(violations)
    }
}
