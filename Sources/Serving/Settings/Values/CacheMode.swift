/// Where looked-up facts are kept (`cache.mode`).
package enum CacheMode: String, Sendable, CaseIterable {
    /// In Redis, KeyDB or Valkey.
    case redis
    /// In this process; gone when it ends.
    case memory
    /// In this process and in a SQLite file of the state directory.
    case sqlite
}
