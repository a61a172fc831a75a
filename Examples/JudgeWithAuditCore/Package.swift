// swift-tools-version: 6.2
import PackageDescription

// A program of your own that judges logins: it imports AuditCore and nothing else of this repository.
let package = Package(
    name: "JudgeWithAuditCore",
    dependencies: [.package(name: "dovecot-web-auth", path: "../..")],
    targets: [
        .executableTarget(
            name: "JudgeWithAuditCore",
            dependencies: [.product(name: "AuditCore", package: "dovecot-web-auth")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
