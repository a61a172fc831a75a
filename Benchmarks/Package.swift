// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "dovecot-web-auth", path: ".."),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // Counts calls of malloc and friends by standing in front of glibc's.
        .target(name: "CAllocationCounter"),
        // libcrypt without anything of ours around it.
        .target(name: "CRawCrypt", linkerSettings: [.linkedLibrary("crypt")]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "CAllocationCounter", "CRawCrypt",
                .product(name: "AppPasswordCore", package: "dovecot-web-auth"),
                .product(name: "PasswordSchemes", package: "dovecot-web-auth"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "AuditCore", package: "dovecot-web-auth"),
                .product(name: "HTTPKit", package: "dovecot-web-auth"),
                "CAllocationCounter",
                .product(name: "AppPasswordCore", package: "dovecot-web-auth"),
                .product(name: "AuditCore", package: "dovecot-web-auth"),
                .product(name: "LoginSpool", package: "dovecot-web-auth"),
                .product(name: "SQLiteStore", package: "dovecot-web-auth"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SHA512CryptLanes", package: "dovecot-web-auth"),
                .product(name: "CCrypt", package: "dovecot-web-auth"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
    ]
)
