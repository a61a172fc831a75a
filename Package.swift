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

let package = Package(
    name: "dovecot-web-auth",
    products: [
        .library(name: "AuditCore", targets: ["AuditCore"]),
        .library(name: "AuditCoreTesting", targets: ["AuditCoreTesting"]),
        .library(name: "AppPasswordCore", targets: ["AppPasswordCore"]),
        .library(name: "AppPasswordCoreTesting", targets: ["AppPasswordCoreTesting"]),
        .library(name: "HTTPKit", targets: ["HTTPKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // The cores: no C, no dependency.
        .target(name: "AuditCore", swiftSettings: strict),
        .target(name: "AppPasswordCore", dependencies: ["AuditCore"], swiftSettings: strict),
        .target(name: "AuditCoreTesting", dependencies: ["AuditCore"], swiftSettings: strict),
        .target(
            name: "AppPasswordCoreTesting", dependencies: ["AppPasswordCore", "AuditCore"], swiftSettings: strict),

        // HTTP: bare SwiftNIO, known to this room alone.
        .target(
            name: "HTTPKit",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),

        .testTarget(name: "HTTPKitTests", dependencies: ["HTTPKit"], swiftSettings: strict),
        .testTarget(name: "AuditCoreTests", dependencies: ["AuditCore", "AuditCoreTesting"], swiftSettings: strict),
        .testTarget(
            name: "AppPasswordCoreTests", dependencies: ["AppPasswordCore", "AppPasswordCoreTesting", "AuditCore"],
            swiftSettings: strict),

        // The settings file.
        .target(name: "Settings", dependencies: ["AuditCore", "AppPasswordCore", "TOMLKit"], swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["Settings", "AuditCore", "AppPasswordCore"], swiftSettings: strict),
    ]
)
