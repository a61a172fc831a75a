// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of ours is built with.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Rooms that touch C say `unsafe` at each touch.
let strictC = strict + [.strictMemorySafety()]

/// Benchmarks are read by whoever works here, and change with what they measure.
let measured: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")

/// Asks others over HTTP.
let httpClient: [Target.Dependency] = [
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

/// The commit that is built, for `--version`; a `+` says that files differ from it.
let commit = Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") } ?? ""

let package = Package(
    name: "dovecot-web-auth",
    products: [
        .library(name: "AuditCore", targets: ["AuditCore"]),
        .library(name: "AuditCoreTesting", targets: ["AuditCoreTesting"]),
        .library(name: "AppPasswordCore", targets: ["AppPasswordCore"]),
        .library(name: "AppPasswordCoreTesting", targets: ["AppPasswordCoreTesting"]),
        .library(name: "HTTPKit", targets: ["HTTPKit"]),
        .library(name: "PythonRegex", targets: ["PythonRegex"]),
        .library(name: "GeoIP", targets: ["GeoIP"]),
        .library(name: "Whois", targets: ["Whois"]),
        .executable(name: "web-auth-server", targets: ["web-auth-server"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Waiting and time: a mutex that is safe around suspensions, and the few shapes that are needed again and again.
        .target(name: "Locks", swiftSettings: strict),
        .testTarget(name: "LocksTests", dependencies: ["Locks"], swiftSettings: strict),

        // The cores: no C, no dependency.
        .target(name: "AuditCore", dependencies: ["Locks"], swiftSettings: strict),
        .target(name: "AppPasswordCore", dependencies: ["Locks", "AuditCore"], swiftSettings: strict),
        // What is odd about logins: a pure machine, and the words for it.
        .target(name: "Alarms", dependencies: ["AuditCore", "Base64Text", "Locks"], swiftSettings: strict),
        .testTarget(
            name: "AlarmsTests", dependencies: ["Alarms", "AuditCore", "AuditCoreTesting", "Locks"],
            swiftSettings: strict),
        .target(name: "AuditCoreTesting", dependencies: ["Locks", "AuditCore"], swiftSettings: strict),
        .target(
            name: "AppPasswordCoreTesting",
            dependencies: ["Locks", "AppPasswordCore", "AuditCore", "AuditCoreTesting"],
            swiftSettings: strict),

        // SHA-512-crypt in vector lanes, and the threads all hashing runs on. No dependency.
        .target(name: "CSHA512CryptLanes"),
        .target(name: "SHA512CryptLanes", dependencies: ["Locks", "CSHA512CryptLanes"], swiftSettings: strictC),
        .testTarget(
            name: "SHA512CryptLanesTests", dependencies: ["TestKit", "SHA512CryptLanes", "CCrypt"],
            swiftSettings: strictC),

        .testTarget(
            name: "AuditCoreTests", dependencies: ["TestKit", "Locks", "AuditCore", "AuditCoreTesting", "FuzzCorpus"],
            swiftSettings: strict),
        .testTarget(
            name: "AppPasswordCoreTests",
            dependencies: ["Locks", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", "AuditCoreTesting"],
            swiftSettings: strict),

        // The code of the articles in the DocC catalogues of the cores, and a program of one's own: both see what is public,
        // as from another package.
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", "AuditCoreTesting", "GeoIP", "HTTPKit",
                "PythonRegex", "Whois", logging,
            ],
            packageAccess: false, swiftSettings: strict),

        // Base64, decoded into no more memory than what comes of it.
        .target(name: "Base64Text", swiftSettings: strict),
        .testTarget(name: "Base64TextTests", dependencies: ["Base64Text"], swiftSettings: strict),

        // JSON as strict as its RFC, bounded in depth; bytes that are overwritten in the end.
        .target(name: "StrictJSON", swiftSettings: strict),
        .testTarget(
            name: "StrictJSONTests", dependencies: ["TestKit", "StrictJSON", "FuzzCorpus"], swiftSettings: strict),

        // What many tests need: numbers from a seed, a clock moved by hand, a log that is kept.
        .target(
            name: "TestKit", dependencies: ["Locks", logging], path: "Tests/Support/TestKit", swiftSettings: strict),

        // What fuzzers start from, and what they found, for the tests of rooms that read foreign bytes.
        .target(name: "FuzzCorpus", dependencies: ["TestKit"], path: "Tests/Support/FuzzCorpus", swiftSettings: strict),

        // HTTP: bare SwiftNIO, and its TLS.
        .target(
            name: "HTTPKit",
            dependencies: [
                "Locks", "StrictJSON", logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPKitTests",
            dependencies: [
                "TestKit",
                "HTTPKit", "Locks", "StrictJSON", "TestServers", logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),

        // Stored hashes: libcrypt, libargon2, OpenSSL; libsodium for HMAC and locked memory.
        .systemLibrary(name: "CCrypt", pkgConfig: "libxcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(
            name: "PasswordSchemes",
            dependencies: [
                "Locks", "AppPasswordCore", "AuditCore", "Base64Text", "CCrypt", "CArgon2", "COpenSSL", "CSodium",
                "SHA512CryptLanes", logging,
            ],
            swiftSettings: strictC),
        .testTarget(
            name: "PasswordSchemesTests",
            dependencies: [
                "TestKit",
                "Locks", "PasswordSchemes", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore",
                "SHA512CryptLanes",
                logging,
            ],
            swiftSettings: strict),

        // Places: MMDB files.
        .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .target(name: "GeoIP", dependencies: ["Locks", "AuditCore", "CMaxMindDB", logging], swiftSettings: strictC),
        .testTarget(
            name: "GeoIPTests",
            dependencies: ["TestKit", "Locks", "GeoIP", "AuditCore", "AuditCoreTesting", "FuzzCorpus", logging],
            exclude: ["Fixtures"],
            swiftSettings: strict),

        // Reverse DNS and TXT records; servers that replay, for this room's tests and others'.
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .target(name: "DNSResolver", dependencies: ["Locks", "AuditCore", "CAres"], swiftSettings: strictC),
        .target(
            name: "ReplayUpstream", dependencies: ["Locks"], path: "Tests/Support/ReplayUpstream", swiftSettings: strict
        ),
        .testTarget(
            name: "DNSResolverTests",
            dependencies: ["DNSResolver", "AuditCore", "AuditCoreTesting", "FuzzCorpus", "ReplayUpstream"],
            swiftSettings: strict),

        // Lookup caches in memory, alone and in front of others.
        .target(name: "LookupCaches", dependencies: ["Locks", "AuditCore"], swiftSettings: strict),
        .testTarget(
            name: "LookupCachesTests",
            dependencies: ["TestKit", "Locks", "LookupCaches", "AuditCore", "AuditCoreTesting"],
            swiftSettings: strict),

        // What went wrong with a connection of async-http-client, in words.
        .target(
            name: "ConnectionWords",
            dependencies: ["AuditCore"] + httpClient,
            swiftSettings: strict),

        // Lists from elsewhere, signed: libsodium for Ed25519 and SHA-256, async-http-client to get them.
        .target(
            name: "ListSource",
            dependencies: [
                "AuditCore", "ConnectionWords", "CSodium", "Locks", .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + httpClient,
            swiftSettings: strictC),
        .testTarget(
            name: "ListSourceTests", dependencies: ["ListSource", "AuditCore", "FuzzCorpus", "TestServers"],
            swiftSettings: strict),

        // Registries: RDAP, WHOIS, Cymru. async-http-client speaks HTTP and TLS for RDAP.
        .target(
            name: "Whois",
            dependencies: ["ConnectionWords", "Locks", "AuditCore", "DNSResolver", "StrictJSON", logging] + httpClient,
            swiftSettings: strict),
        .testTarget(
            name: "WhoisTests",
            dependencies: [
                "TestKit", "ConnectionWords", "Locks", "LookupAnswers", "Whois", "AuditCore", "AuditCoreTesting",
                "DNSResolver", "FuzzCorpus", "ReplayUpstream", "StrictJSON", logging,
            ],
            exclude: ["Fixtures"], swiftSettings: strict),

        // JSON to whoever wants to be told: async-http-client.
        .target(
            name: "Webhooks",
            dependencies: httpClient,
            swiftSettings: strict),

        // What registries and DNS have said: kept, and asked of registries once for all who want to know.
        .target(
            name: "LookupAnswers", dependencies: ["Locks", "AuditCore", "DNSResolver", "StrictJSON", "Whois"],
            swiftSettings: strict),
        .testTarget(
            name: "LookupAnswersTests",
            dependencies: [
                "TestKit", "DNSResolver", "Locks", "LookupAnswers", "AuditCore", "AuditCoreTesting", "LookupCaches",
                "RedisCache", "RedisClient", "TestServers", "Whois",
            ],
            swiftSettings: strict),

        // Ends and lists mail sessions: doveadm's HTTP API.
        .target(
            name: "Doveadm",
            dependencies: ["Locks", "AppPasswordCore", "AuditCore", "StrictJSON"] + httpClient,
            swiftSettings: strict),
        .testTarget(
            name: "DoveadmTests",
            dependencies: ["Doveadm", "AppPasswordCore", "AppPasswordCoreTesting", "HTTPKit", "StrictJSON", logging],
            swiftSettings: strict),

        // The settings file.
        .target(
            name: "Settings", dependencies: ["Alarms", "AuditCore", "AppPasswordCore", "TOMLKit"], swiftSettings: strict
        ),
        .testTarget(
            name: "SettingsTests", dependencies: ["Settings", "Alarms", "AuditCore", "AppPasswordCore"],
            swiftSettings: strict),

        // Python patterns.
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .target(name: "PythonRegex", dependencies: ["AuditCore", "CPCRE2"], swiftSettings: strictC),
        .testTarget(
            name: "PythonRegexTests",
            dependencies: ["Locks", "PythonRegex", "AuditCore", "AuditCoreTesting", "FuzzCorpus"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),

        // The login log: a spool in front of any database, and the embedded database.
        .target(
            name: "LoginSpool", dependencies: ["Locks", "AppPasswordCore", "AuditCore", deque, logging],
            swiftSettings: strictC
        ),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "Locks", "AppPasswordCore", "AuditCore", "BlockingLanes", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LoginSpoolTests",
            dependencies: [
                "TestKit", "Locks", "LoginSpool", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "Locks", "SQLiteStore", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", "AuditCoreTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"], swiftSettings: strict),

        // The journal, and readiness.
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(
            name: "SystemdJournal", dependencies: ["AuditCore", "BlockingLanes", "CSystemd", "Locks"],
            swiftSettings: strictC),
        .testTarget(
            name: "SystemdJournalTests",
            dependencies: ["Locks", "SystemdJournal", "AuditCore", "AuditCoreTesting", "TestServers"],
            swiftSettings: strict),

        // Audit records in files.
        .target(name: "FileAuditSinks", dependencies: ["AuditCore", "BlockingLanes"], swiftSettings: strict),
        .testTarget(
            name: "FileAuditSinksTests", dependencies: ["Locks", "FileAuditSinks", "AuditCore", "AuditCoreTesting"],
            swiftSettings: strict),

        // Metrics: swift-metrics, and their text for Prometheus.
        .target(name: "PrometheusMetrics", dependencies: ["Locks", metrics], swiftSettings: strict),
        .testTarget(
            name: "PrometheusMetricsTests", dependencies: ["PrometheusMetrics", metrics], swiftSettings: strict),

        // The audit trail, read back: the journal's entries, and a report over them or over a file's.
        .target(name: "JournalReader", dependencies: ["CSystemd"], swiftSettings: strictC),
        .testTarget(
            name: "JournalReaderTests",
            dependencies: [
                "TestKit", "JournalReader", "SystemdJournal", "AuditCore", "AuditCoreTesting", "TestServers",
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Gzip", dependencies: ["CZlib"], swiftSettings: strictC),
        .testTarget(name: "GzipTests", dependencies: ["Gzip", "FuzzCorpus"], swiftSettings: strict),
        .target(
            name: "Report",
            dependencies: ["AuditCore", "Gzip", "Locks", "StrictJSON", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .testTarget(
            name: "ReportTests",
            dependencies: ["Report", "AuditCore", "AuditCoreTesting", "FuzzCorpus", "StrictJSON", "TestServers"],
            swiftSettings: strict),

        // The audit trail, judged again: what other lists would have done, and which lines would do what is wanted.
        .target(name: "Replay", dependencies: ["AuditCore", "Locks", "Report"], swiftSettings: strict),
        .testTarget(
            name: "ReplayTests",
            dependencies: [
                "Replay", "Report", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", "AuditCoreTesting",
                "HTTPKit", "Locks",
                "PythonRegex", "Settings", "WebAuth", logging,
            ],
            swiftSettings: strict),

        // What is wrong with an installation, and what a move from the old program takes: values and their words.
        .target(name: "Doctor", dependencies: ["AuditCore", "AppPasswordCore", "Settings"], swiftSettings: strict),
        .testTarget(
            name: "DoctorTests", dependencies: ["Doctor", "AuditCore", "AppPasswordCore", "PythonRegex", "Settings"],
            exclude: ["Fixtures"], swiftSettings: strict),

        // The program. CProgram: the commit it was built from.
        .target(name: "CProgram", cSettings: [.define("PROGRAM_COMMIT", to: "\"\(commit)\"")]),
        .target(
            name: "WebAuth",
            dependencies: [
                "Alarms", "Locks", "AuditCore", "AppPasswordCore", "Base64Text", "CProgram", "DNSResolver", "Doctor",
                "Doveadm",
                "FileAuditSinks", "GeoIP",
                "HTTPKit", "LDAPDirectory",
                "JournalReader", "ListSource", "LoginSpool", "LookupAnswers", "LookupCaches", "MariaDBStore",
                "PasswordSchemes",
                "PrometheusMetrics",
                "PythonRegex", "RedisCache", "RedisClient", "RedisSharing", "Replay", "Report", "SHA512CryptLanes",
                "SQLiteStore", "Settings",
                "StrictJSON",
                "SystemdJournal", "Webhooks", "Whois", logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Endpoints/openapi.json")], swiftSettings: strict),
        .executableTarget(name: "web-auth-server", dependencies: ["WebAuth"], swiftSettings: strict),
        .testTarget(
            name: "WebAuthTests",
            dependencies: [
                "TestKit", "WebAuth", "Alarms", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore",
                "AuditCoreTesting", "Doctor", "HTTPKit", "Locks", "PasswordSchemes", "PrometheusMetrics", "RedisClient",
                "Settings", "Webhooks", logging,
            ], swiftSettings: strict),

        // A real Dovecot, started privately, and the scripts it runs.
        .target(
            name: "DovecotHarness", dependencies: ["TestServers"], path: "Tests/Support/DovecotHarness",
            swiftSettings: strict),
        .testTarget(
            name: "DovecotTests", dependencies: ["Locks", "AppPasswordCore", "DovecotHarness"],
            exclude: ["dovecot-stub.lua"],
            swiftSettings: strict),

        // The program as a whole.
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestKit",
                "FleetModel",
                "Locks", "web-auth-server", "AuditCore", "AuditCoreTesting", "DovecotHarness", "ReplayUpstream",
                "SystemdJournal", "TestServers", "CCrypt", "CMariaDB",
            ],
            swiftSettings: strict),

        // Back ends that wait: C libraries on lanes of their own.
        .target(name: "BlockingLanes", dependencies: ["Locks", deque], swiftSettings: strict),
        .testTarget(name: "BlockingLanesTests", dependencies: ["Locks", "BlockingLanes"], swiftSettings: strict),

        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        .target(
            name: "MariaDBStore", dependencies: ["AppPasswordCore", "AuditCore", "BlockingLanes", "CMariaDB", "Locks"],
            swiftSettings: strictC),
        .systemLibrary(name: "CLDAP", pkgConfig: "ldap", providers: [.apt(["libldap-dev"])]),
        .target(
            name: "LDAPDirectory", dependencies: ["Locks", "AppPasswordCore", "BlockingLanes", "CLDAP"],
            swiftSettings: strictC),
        // Redis: its protocol by hand, on swift-nio and swift-nio-ssl.
        .target(
            name: "RedisClient",
            dependencies: [
                "AuditCore", "AppPasswordCore", "ConnectionWords", "Locks",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .target(name: "RedisCache", dependencies: ["AuditCore", "RedisClient"], swiftSettings: strict),
        .target(
            name: "RedisSharing", dependencies: ["AuditCore", "Locks", "PasswordSchemes", "RedisClient", "Whois"],
            swiftSettings: strict),
        .testTarget(
            name: "RedisSharingTests",
            dependencies: [
                "AppPasswordCore", "AuditCore", "Locks", "PasswordSchemes", "RedisClient", "RedisSharing",
                "TestServers", "Whois", logging,
            ], swiftSettings: strict),

        // Real servers for tests, started privately from Debian's packages.
        .target(name: "TestServers", dependencies: ["Locks"], path: "Tests/TestServers", swiftSettings: strict),
        .testTarget(
            name: "MariaDBStoreTests",
            dependencies: [
                "Locks", "LoginSpool", "MariaDBStore", "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore",
                "CMariaDB", "Settings", "TestServers", logging,
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "LDAPDirectoryTests",
            dependencies: [
                "TestKit", "Locks", "LDAPDirectory", "AppPasswordCore", "AppPasswordCoreTesting", "Settings",
                "TestServers",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RedisClientTests",
            dependencies: [
                "RedisClient", "AppPasswordCore", "AuditCore", "FuzzCorpus", "Locks", "TestServers",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RedisCacheTests",
            dependencies: [
                "Locks", "RedisCache", "RedisClient", "AppPasswordCore", "AuditCore", "AuditCoreTesting", "TestServers",
            ],
            swiftSettings: strict),

        // What things cost. CAllocationCounter counts calls of malloc and friends by standing in front of glibc's; CRawCrypt is
        // libcrypt without anything of ours around it; LoginLoad logs in over loopback to the real program.
        .target(name: "CAllocationCounter", path: "Benchmarks/CAllocationCounter"),
        .target(
            name: "CRawCrypt", path: "Benchmarks/CRawCrypt", linkerSettings: [.linkedLibrary("crypt")]),
        .executableTarget(
            name: "LoginLoad", dependencies: ["CRawCrypt"], path: "Benchmarks/LoginLoad", swiftSettings: measured),
        // A day of a large fleet, simulated; FleetModelTests hold its small case against real nodes.
        .target(name: "FleetModel", path: "Benchmarks/Fleet/Model", swiftSettings: measured),
        .executableTarget(
            name: "Fleet", dependencies: ["FleetModel"], path: "Benchmarks/Fleet/Program", swiftSettings: measured),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", "AuditCoreTesting", "CAllocationCounter",
                "CCrypt", "CRawCrypt", "FileAuditSinks", "GeoIP", "HTTPKit", "LoginSpool", "LookupAnswers",
                "LookupCaches", "PasswordSchemes", "PrometheusMetrics", "PythonRegex", "SHA512CryptLanes",
                "SQLiteStore", "Settings", "StrictJSON", "SystemdJournal", "WebAuth", "Whois", logging, metrics,
            ],
            path: "Benchmarks/Benchmarks", swiftSettings: measured),
    ]
)

/// Where in `Sources` each room lives: the groups of docs/architecture.md.
let groups = [
    "Cores": ["AuditCore", "AppPasswordCore", "Alarms", "AuditCoreTesting", "AppPasswordCoreTesting"],
    "Facts": [
        "PythonRegex", "GeoIP", "DNSResolver", "Whois", "ConnectionWords", "LookupAnswers", "LookupCaches",
        "ListSource",
    ],
    "BackEnds": [
        "SQLiteStore", "MariaDBStore", "LDAPDirectory", "Doveadm", "RedisClient", "RedisCache", "RedisSharing",
    ],
    "Passwords": ["PasswordSchemes", "SHA512CryptLanes", "CSHA512CryptLanes"],
    "Recording": ["LoginSpool", "FileAuditSinks", "SystemdJournal", "JournalReader", "Report", "Webhooks", "Replay"],
    "Serving": ["HTTPKit", "PrometheusMetrics", "Settings", "Doctor", "WebAuth", "CProgram", "web-auth-server"],
    "GroundFloor": ["Locks", "Base64Text", "BlockingLanes", "StrictJSON", "Gzip"],
    "SystemLibraries": [
        "CAres", "CArgon2", "CCrypt", "CLDAP", "CMariaDB", "CMaxMindDB", "COpenSSL", "CPCRE2", "CSodium",
        "CSystemd", "CZlib",
    ],
]
for (group, rooms) in groups {
    for target in package.targets where rooms.contains(target.name) { target.path = "Sources/\(group)/\(target.name)" }
}
