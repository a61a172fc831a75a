import AppPasswordCore

/// A store of app passwords that is counted and timed, as the source `database`.
struct MeteredStore: RecentPasswordStore {
    private let base: any AppPasswordStore
    /// The same, if it may read where that is a moment behind.
    private let recent: (any RecentPasswordStore)?
    private let metrics: LookupMetrics

    init(base: any AppPasswordStore, metrics: LookupMetrics) {
        (self.base, self.metrics) = (base, metrics)
        recent = base as? any RecentPasswordStore
    }

    func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
        let start = ContinuousClock.now
        do throws(BackendError) {
            let rows = try await base.passwords(of: names)
            metrics.note("database", rows.isEmpty ? .absent : .known, since: start)
            return rows
        } catch {
            metrics.note("database", .failed(error), since: start)
            throw error
        }
    }

    func recentPasswords(of names: [String]) async throws(BackendError) -> RecentPasswords {
        let start = ContinuousClock.now
        do throws(BackendError) {
            let found =
                if let recent { try await recent.recentPasswords(of: names) } else {
                    RecentPasswords(try await base.passwords(of: names), mayLag: false)
                }
            metrics.note("database", found.rows.isEmpty ? .absent : .known, since: start)
            return found
        } catch {
            metrics.note("database", .failed(error), since: start)
            throw error
        }
    }

    func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? {
        let start = ContinuousClock.now
        do throws(BackendError) {
            let bound = try await base.bind(id, to: place)
            metrics.note("database", bound == nil ? .absent : .known, since: start)
            return bound
        } catch {
            metrics.note("database", .failed(error), since: start)
            throw error
        }
    }
}

/// A directory whose lookups are counted and timed, as the source `directory`.
struct MeteredDirectory: AccountDirectory {
    let base: any AccountDirectory
    let metrics: LookupMetrics

    func account(for login: String) async throws(BackendError) -> AccountAnswer {
        let start = ContinuousClock.now
        do throws(BackendError) {
            let answer = try await base.account(for: login)
            metrics.note("directory", answer == .notFound ? .absent : .known, since: start)
            return answer
        } catch {
            metrics.note("directory", .failed(error), since: start)
            throw error
        }
    }
}
