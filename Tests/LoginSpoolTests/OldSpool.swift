import AppPasswordCore
import AuditCore
import Foundation

/// A spool file as the version before refusals wrote it: two uses, and facts for the first.
enum OldSpool {
    static let rows = [
        LoginLogRow(
            passwordID: 7, service: "imap", sourceAddress: "192.0.2.1", sourceName: "host.example",
            sourceLocation: "Berlin", sourceISP: "Example Net", time: Timestamp(milliseconds: 1_700_000_000_000)),
        LoginLogRow(
            passwordID: 8, service: "smtp", sourceAddress: nil, sourceName: "a", sourceLocation: "b", sourceISP: "c",
            time: Timestamp(milliseconds: 1_700_000_000_001)),
    ]

    static let files = ["login-0000000001-9f3a5c0e12b4d687.spool": bytes]

    private static let bytes: [UInt8] = stride(from: 0, to: hex.count, by: 2).map { place in
        UInt8(hex.dropFirst(place).prefix(2), radix: 16) ?? 0
    }
    private static let hex = """
        4c4f47494e535031520a410042a648020101000000000000000000000000000000000068e5cf8b0100000068e5cf8b01\
        000007000000000000000400696d617009003139322e302e322e31ffffffffffff520a2c0085660bec02010000000000\
        00000c00686f73742e6578616d706c6506004265726c696e0b004578616d706c65204e6574520a3b009e102f42010200\
        0000000000000000000000000000000168e5cf8b0100000168e5cf8b01000008000000000000000400736d7470ffff01\
        0061010062010063
        """
}
