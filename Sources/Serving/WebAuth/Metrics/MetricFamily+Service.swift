import PrometheusMetrics

/// Every metric of the service; docs/http-api.md explains them.
extension MetricFamily {
    static let requests = MetricFamily(
        "webauth_requests_total", .counter, "Requests answered, by route and status code.")
    static let requestDuration = MetricFamily(
        "webauth_request_duration_seconds", .histogram(buckets: defaultBuckets),
        "Time from a request's head to the end of its answer.")
    static let unserved = MetricFamily(
        "webauth_connections_unserved_total", .counter,
        "Connections closed before a request was read: no_room, handshake (TLS), or not_prepared (the log says why).")
    static let decisions = MetricFamily(
        "webauth_decisions_total", .counter, "Logins decided by /auth and /audit, by result and reason.")
    static let ruleMatches = MetricFamily(
        "webauth_rule_matches_total", .counter, "Logins that an entry of a deny list met, in watch mode too.")
    static let watchMatches = MetricFamily(
        "webauth_watch_matches_total", .counter, "Logins that an entry of a list that only watches met.")
    static let allowMatches = MetricFamily(
        "webauth_allow_matches_total", .counter, "Logins that were let in by an exception.")
    static let passwordVerify = MetricFamily(
        "webauth_password_verify_seconds", .histogram(buckets: [0.00005, 0.0001] + defaultBuckets),
        "Time to check a password, waiting for a thread included, by scheme and by what gave the answer.")
    static let verifyCache = MetricFamily(
        "webauth_verify_cache_total", .counter,
        "What the verify cache was asked: hit, known_mismatch (the same wrong one again), miss.")
    static let verifyCacheEntries = MetricFamily(
        "webauth_verify_cache_entries", .gauge, "Matches and mismatches that the verify cache holds.")
    static let hashes = MetricFamily(
        "webauth_password_hashes_total", .counter, "Hashes computed, in SIMD lanes or by the libraries.")
    static let hashesWaiting = MetricFamily(
        "webauth_password_hashes_waiting", .gauge, "Hashes that wait for a thread.")
    static let passwordsRefused = MetricFamily(
        "webauth_password_refused_total", .counter,
        "Passwords that were not hashed: by the guess limits, or because hashing was overloaded or late.")
    static let lookupDuration = MetricFamily(
        "webauth_lookup_seconds", .histogram(buckets: [0.00001, 0.00005, 0.0001] + defaultBuckets),
        "Time of a lookup, by who answered.")
    static let lookups = MetricFamily(
        "webauth_lookup_total", .counter,
        "Lookups of facts, accounts and app passwords, by who answered and how it came out.")
    static let listEntries = MetricFamily(
        "webauth_list_entries", .gauge, "Entries of each deny list in force.")
    static let listErrors = MetricFamily(
        "webauth_list_errors", .gauge, "Bad lines of each deny list when it was last read, by a refused reload too.")
    static let listsInfo = MetricFamily(
        "webauth_lists_info", .gauge, "1; the label is the SHA-256 of the lists in force, as /version shows it.")
    static let settingsInfo = MetricFamily(
        "webauth_settings_info", .gauge,
        "1; the label is the SHA-256 of the settings in force without secrets, as /version shows it.")
    static let listsSigned = MetricFamily(
        "webauth_lists_signed_timestamp_seconds", .gauge,
        "When the lists of lists.source that are in force were signed.")
    static let listsCurrent = MetricFamily(
        "webauth_lists_source_current", .gauge,
        "1 if what lists.source had when it was last looked at is in force, 0 if it was refused or could not be had.")
    static let listsLooks = MetricFamily(
        "webauth_lists_source_looks_total", .counter,
        "Looks at lists.source, by what came of them: unchanged, taken, refused, unavailable.")
    static let reloadSuccessful = MetricFamily(
        "webauth_config_last_reload_successful", .gauge,
        "1 if the last reload (the start counts as one) was taken into use, 0 if it was refused.")
    static let reloadTime = MetricFamily(
        "webauth_config_last_reload_success_timestamp_seconds", .gauge,
        "When the settings and lists in force were read.")
    static let guardedReloads = MetricFamily(
        "webauth_reloads_guarded_total", .counter,
        "Reloads that would newly refuse more users than audit.blast_radius allows, refused or forced.")
    static let recentUsers = MetricFamily(
        "webauth_recent_login_users", .gauge,
        "Users let in within 7 days that audit.blast_radius judges reloads on, as far as there is room for them.")
    static let backEndUp = MetricFamily(
        "webauth_backend_up", .gauge, "1 if the back end can be asked, as /readyz says.")
    static let geoBuilt = MetricFamily(
        "webauth_geo_database_build_timestamp_seconds", .gauge, "When each database of places or ASes was built.")
    static let databaseConnections = MetricFamily(
        "webauth_db_connections", .gauge,
        "Connections to MariaDB by state; waiting: queries that wait for one.")
    static let replicaReads = MetricFamily(
        "webauth_replica_reads_total", .counter,
        "Reads of app passwords by where they went: used (the replica), passed_over (the primary in its place).")
    static let replicaLag = MetricFamily(
        "webauth_replica_lag_seconds", .gauge,
        "How far the replica's last answer was behind, at most; nothing while that is not known.")
    static let sharedGuesses = MetricFamily(
        "webauth_shared_guesses_total", .counter,
        "Guesses by who decided about them: together (all servers), alone (this one, as Redis said nothing in time).")
    static let spoolRecords = MetricFamily(
        "webauth_spool_records", .gauge, "Rows of the log that wait in the spool for the database.")
    static let spoolBytes = MetricFamily("webauth_spool_bytes", .gauge, "Size of the spool's files.")
    static let spoolLimit = MetricFamily(
        "webauth_spool_limit_bytes", .gauge, "Size at which the spool loses rows: database.spool_max.")
    static let recordsWritten = MetricFamily(
        "webauth_records_written_total", .counter,
        "Records that each audit sink, and the database behind the spool, has taken.")
    static let recordsDropped = MetricFamily(
        "webauth_records_dropped_total", .counter, "Records lost: of each audit sink, and of the spool.")
    static let alarms = MetricFamily(
        "webauth_alarms_total", .counter, "Alarms about logins, by kind.")
    static let alarmMessages = MetricFamily(
        "webauth_alarm_messages_total", .counter,
        "What became of mails, posts and suspensions that alarms asked for.")
    static let logLinesDropped = MetricFamily(
        "webauth_log_lines_dropped_total", .counter,
        "Lines of the program's own log that were lost because nobody read standard error.")
    static let cacheValuesRefused = MetricFamily(
        "webauth_lookup_cache_values_refused_total", .counter,
        "Values of the shared lookup cache that were not read because they are too long.")
    static let sessionsKicked = MetricFamily(
        "webauth_sessions_kicked_total", .counter,
        "Sessions of passwords that are no longer taken: ended, and requests that failed, gave up, or had no alias.")
    static let appPasswords = MetricFamily(
        "webauth_app_passwords", .gauge, "App passwords by state, as counted every five minutes or less often.")
    static let buildInfo = MetricFamily("webauth_build_info", .gauge, "1; the labels say what runs.")
    static let startTime = MetricFamily(
        "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.")
    static let processorTime = MetricFamily("process_cpu_seconds_total", .counter, "Processor time used, in seconds.")
    static let residentMemory = MetricFamily("process_resident_memory_bytes", .gauge, "Memory in use.")

    /// All of them.
    static let service = [
        requests, requestDuration, unserved, decisions, ruleMatches, watchMatches, allowMatches, passwordVerify,
        verifyCache, verifyCacheEntries, hashes,
        hashesWaiting, passwordsRefused, lookupDuration, lookups, listEntries, listErrors,
        listsInfo, settingsInfo, listsSigned, listsCurrent, listsLooks, reloadSuccessful, reloadTime,
        guardedReloads, recentUsers,
        backEndUp, geoBuilt, databaseConnections, replicaReads, replicaLag, sharedGuesses, spoolRecords, spoolBytes,
        spoolLimit, recordsWritten, recordsDropped,
        alarms, alarmMessages, logLinesDropped, cacheValuesRefused, sessionsKicked, appPasswords, buildInfo,
        startTime, processorTime, residentMemory,
    ]
}
