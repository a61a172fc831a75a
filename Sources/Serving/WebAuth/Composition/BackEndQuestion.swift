import AppPasswordCore
import AuditCore
import LDAPDirectory
import MariaDBStore
import RedisClient

/// Asks one back end whether it can be asked, as a login would ask it, within its timeout.
struct BackEndQuestion: Sendable {
    /// Why a back end cannot be asked.
    struct Trouble: Sendable {
        /// The kind, which anybody may know, and a hint that holds no secret: `refused (access denied)`.
        var kind: String
        /// The kind and what the back end said of it, for operators: `refused (error 1045: Access denied …)`.
        var detail: String

        init(kind: String, hint: String = "", words: String) {
            self.kind = hint.isEmpty ? kind : "\(kind) (\(hint))"
            detail = words.isEmpty ? kind : "\(kind) (\(words))"
        }
    }

    /// `database`, `replica`, `directory`, `redis`, `shared`.
    let name: String
    private let ask: @Sendable () async -> Trouble?

    /// Asks as a login would, for a name that nobody has.
    static func database(_ store: any AppPasswordStore) -> BackEndQuestion {
        BackEndQuestion(name: "database") {
            do throws(BackendError) { try await store.ping() } catch { return Trouble(error) }
            return nil
        }
    }

    /// Asks for the directory's base, never its cache.
    static func directory(_ directory: LDAPDirectory) -> BackEndQuestion {
        BackEndQuestion(name: "directory") {
            do throws(BackendError) { try await directory.ping() } catch { return Trouble(error) }
            return nil
        }
    }

    /// Tries a replica out: whether it shows what was written into the primary, in time.
    static func replica(
        _ lag: @escaping @Sendable () async throws(ReplicaTrouble) -> Duration
    ) -> BackEndQuestion {
        BackEndQuestion(name: "replica") {
            do throws(ReplicaTrouble) { _ = try await lag() } catch { return Trouble(error) }
            return nil
        }
    }

    /// Asks for a sign of life.
    ///
    /// - Parameter name: What it is for.
    static func redis(_ client: RedisClient, _ name: String = "redis") -> BackEndQuestion {
        BackEndQuestion(name: name) {
            do throws(LookupError) { try await client.ping() } catch {
                return Trouble(kind: error.code.name, words: error.detail)
            }
            return nil
        }
    }

    /// Asks side by side; the answers come in the order of the questions, nil where all is well.
    static func ask(_ questions: [BackEndQuestion]) async -> [(name: String, trouble: Trouble?)] {
        await withTaskGroup(of: (Int, Trouble?).self) { group in
            for (index, question) in questions.enumerated() { group.addTask { (index, await question.ask()) } }
            var troubles: [Trouble?] = Array(repeating: nil, count: questions.count)
            for await (index, trouble) in group { troubles[index] = trouble }
            return zip(questions, troubles).map { ($0.name, $1) }
        }
    }
}

extension BackEndQuestion.Trouble {
    fileprivate init(_ trouble: ReplicaTrouble) {
        switch trouble {
        case .noHeartbeat(let error): self.init(kind: "no heartbeat in the primary", words: error.debugDescription)
        case .unreadable(let error): self.init(error)
        case .late: self.init(kind: "behind by more than database.read_max_lag", words: "")
        }
    }

    fileprivate init(_ error: BackendError) { self.init(kind: error.code.name, hint: error.hint, words: error.detail) }
}

extension BackEnds {
    /// What logins need.
    var questions: [BackEndQuestion] {
        [.database(database.passwords)] + (directory.map { [.directory($0)] } ?? [])
    }
}
