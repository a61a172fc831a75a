// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "dovecot-web-auth", path: ".."),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    ],
    targets: [
        // Counts calls of malloc and friends by standing in front of glibc's.
        .target(name: "CAllocationCounter"),
        // libcrypt without anything of ours around it.
        .target(name: "CRawCrypt", linkerSettings: [.linkedLibrary("crypt")]),
        // Logins over loopback to the real program.
        .executableTarget(
            name: "LoginLoad", dependencies: ["CRawCrypt"],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "CAllocationCounter", "CRawCrypt", .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]
                + [
                    "AppPasswordCore", "AppPasswordCoreTesting", "AuditCore", "AuditCoreTesting", "CCrypt",
                    "FileAuditSinks", "GeoIP", "HTTPKit", "LoginSpool", "LookupAnswers", "LookupCaches",
                    "PasswordSchemes",
                    "PrometheusMetrics", "PythonRegex", "SHA512CryptLanes", "SQLiteStore", "Settings", "StrictJSON",
                    "SystemdJournal", "WebAuth", "Whois",
                ].map { .product(name: $0, package: "dovecot-web-auth") },
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
    ]
)
