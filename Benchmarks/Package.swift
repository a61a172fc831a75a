// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "dovecot-web-auth", path: "..")],
    targets: [
        // Counts calls of malloc and friends by standing in front of glibc's.
        .target(name: "CAllocationCounter"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "CAllocationCounter",
                .product(name: "AuditCore", package: "dovecot-web-auth"),
                .product(name: "HTTPKit", package: "dovecot-web-auth"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
    ]
)
