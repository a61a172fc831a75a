import AppPasswordCore
import AuditCore
import GeoIP
import ListSource
import Locks
import LoginSpool
import MariaDBStore
import PasswordSchemes
import PrometheusMetrics
import RedisSharing
import Replay
import SHA512CryptLanes

/// Answers `/metrics`: what was counted, and what others know, looked up when somebody asks.
struct MetricsReport: Sendable {
    let registry: PrometheusRegistry
    let live: LiveSnapshot
    let reloader: Reloader
    let health: Health
    let shared: SharedState
    let recorder: SpooledLoginRecorder
    let trail: AuditTrail
    let recentLogins: RecentLogins
    let verifier: HashingVerifier
    let hashing: LaneHashChecker
    let revocation: RevocationWatch
    /// `database.spool_max` as it was at the start, in bytes.
    let spoolLimit: Int
    /// When the process started.
    let startTime: Timestamp

    /// The text of all metrics.
    ///
    /// - Complexity: Asks the back ends as `/readyz` does, at most once a second and up to their timeouts; else well under
    ///   a millisecond.
    func text() async -> String {
        let backEnds = await health.check().backEnds
        var samples = backEnds.map { MetricSample(.backEndUp, $0.isUp ? 1 : 0, [("backend", $0.name)]) }
        samples += configuration + records + passwords + process
        return registry.text(with: samples)
    }

    private var configuration: [MetricSample] {
        let (snapshot, status) = (live.current, reloader.status)
        var samples = [
            MetricSample(.reloadSuccessful, status.isSuccessful ? 1 : 0),
            MetricSample(.reloadTime, Double(status.lastSuccess.milliseconds) / 1000),
            MetricSample(.recentUsers, recentLogins.held.users),
        ]
        samples += snapshot.listCounts.map { MetricSample(.listEntries, $0.entries, [("list", $0.list.description)]) }
        samples += status.listErrors.map { MetricSample(.listErrors, $0.errors, [("list", $0.list.description)]) }
        samples += [
            MetricSample(.listsInfo, 1, [("digest", snapshot.digests.lists)]),
            MetricSample(.settingsInfo, 1, [("digest", snapshot.digests.settings)]),
        ]
        if let lists = snapshot.lists {
            let isCurrent = reloader.sourceStatus.withLock { $0.kind.isEmpty }
            samples.append(MetricSample(.listsCurrent, isCurrent ? 1 : 0))
            if let signed = lists.inputs.set?.signed {
                samples.append(MetricSample(.listsSigned, Double(signed.milliseconds) / 1000))
            }
        }
        if let connections = snapshot.backEnds.database.connections?() {
            let states = [("busy", connections.busy), ("idle", connections.idle), ("waiting", connections.waiting)]
            samples += states.map { MetricSample(.databaseConnections, $1, [("state", $0)]) }
        }
        if let replica = snapshot.backEnds.database.replica?() {
            samples += [("used", replica.used), ("passed_over", replica.passedOver)].map {
                MetricSample(.replicaReads, $1, [("outcome", $0)])
            }
            if let lag = replica.lag { samples.append(MetricSample(.replicaLag, lag / .seconds(1))) }
        }
        if let guesses = shared.counts {
            samples += [("together", guesses.together), ("alone", guesses.alone)].map {
                MetricSample(.sharedGuesses, $1, [("outcome", $0)])
            }
        }
        samples += (snapshot.backEnds.geo?.databases ?? []).map { database in
            MetricSample(
                .geoBuilt, Double(database.built.milliseconds) / 1000,
                [("database", database.name), ("type", database.type.visible(limit: 60))])
        }
        return samples
    }

    private var records: [MetricSample] {
        let spool = recorder.statistics
        var (written, dropped) = (["spool": spool.written], ["spool": spool.lost])
        for (sink, taken, lost) in trail.counts {  // several sinks may have one name
            written[sink, default: 0] += taken
            dropped[sink, default: 0] += lost
        }
        return [
            MetricSample(.spoolRecords, spool.waiting), MetricSample(.spoolBytes, spool.bytes),
            MetricSample(.spoolLimit, spoolLimit),
        ] + written.map { MetricSample(.recordsWritten, $1, [("sink", $0)]) }
            + dropped.map { MetricSample(.recordsDropped, $1, [("sink", $0)]) }
    }

    private var passwords: [MetricSample] {
        let (cache, pool) = (verifier.statistics, hashing.statistics)
        return [
            MetricSample(.verifyCache, cache.hits, [("outcome", "hit")]),
            MetricSample(.verifyCache, cache.knownMismatches, [("outcome", "known_mismatch")]),
            MetricSample(.verifyCache, cache.misses, [("outcome", "miss")]),
            MetricSample(.verifyCacheEntries, cache.entries),
            MetricSample(.hashes, pool.laneJobs, [("path", "lanes")]),
            MetricSample(.hashes, pool.closures, [("path", "library")]),
            MetricSample(.hashesWaiting, pool.waiting),
            MetricSample(.passwordsRefused, pool.overloaded, [("reason", "overloaded"), ("limit", "")]),
            MetricSample(.passwordsRefused, pool.timedOut, [("reason", "timed_out"), ("limit", "")]),
        ]
            + GuessLimit.allCases.map { limit in
                MetricSample(
                    .passwordsRefused, cache.refusedGuesses[limit] ?? 0,
                    [("reason", "guess_limit"), ("limit", limit.rawValue)])
            }
            + (revocation.counts?.byState ?? [:]).map {
                MetricSample(.appPasswords, $0.value, [("state", $0.key.rawValue)])
            }
    }

    private var process: [MetricSample] {
        let lanes = hashing.instructionSet?.rawValue ?? "none"
        var samples = [
            MetricSample(.buildInfo, 1, [("version", programVersion), ("commit", programCommit), ("lanes", lanes)]),
            MetricSample(.startTime, Double(startTime.milliseconds) / 1000),
            MetricSample(.processorTime, ProcessUsage.processorSeconds),
            MetricSample(.logLinesDropped, ProgramLog.lines.lost),
            MetricSample(.cacheValuesRefused, live.current.backEnds.lookups.refusedValues),
        ]
        if let bytes = ProcessUsage.residentBytes { samples.append(MetricSample(.residentMemory, bytes)) }
        return samples
    }
}
