internal import AuditCore

/// The keys of a shared lookup cache.
///
/// | key | value |
/// |---|---|
/// | `dw:net:<family>:<hex>:<length>` | the registry's network, for every address of the block |
/// | `dw:pfx:<family>:<hex>:<length>` | the origin, for every address of the block |
/// | `dw:neg:net:…`, `dw:neg:pfx:…` | that there is none, for a client; that nobody answered, for a neighbourhood |
/// | `dw:as:<number>` | an autonomous system's name |
/// | `dw:ptr:<family>:<hex>:<length>` | the names of an address, or that it has none |
///
/// No key of ours has a slash: the old programs read every key that has one. All of ours follow from the address alone, so
/// that one round trip reads whatever is known of it. Blocks are ``Reach``es.
enum CacheKeys {
    /// `dw:net:4:c0000200:24`.
    static func answer(_ kind: StaticString, _ block: IPPrefix) -> String { key("dw:", kind, block) }

    /// `dw:neg:net:4:c0000201:32`.
    static func negative(_ kind: StaticString, _ block: IPPrefix) -> String { key("dw:neg:", kind, block) }

    /// `dw:as:3320`.
    static func name(ofAS number: UInt32) -> String { "dw:as:\(number)" }

    /// `dw:ptr:4:c0000201:32`.
    static func names(of address: IPAddress) -> String { key("dw:", "ptr", IPPrefix(only: address)) }

    /// What the old program may have kept about an address, the longest prefix first: the announced prefix, as text.
    static func old(around address: IPAddress) -> [(key: String, prefix: IPPrefix)] {
        let lengths = address.family == .v4 ? Array((8...32).reversed()) : [128] + Array((16...64).reversed())
        return lengths.compactMap { IPPrefix(address, length: $0) }.map { ("\($0)", $0) }
    }

    private static func key(_ start: StaticString, _ kind: StaticString, _ block: IPPrefix) -> String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            var end = 0
            func put(_ byte: UInt8) {
                buffer[end] = byte
                end += 1
            }
            func put(_ text: StaticString) { text.withUTF8Buffer { $0.forEach(put) } }
            put(start)
            put(kind)
            put(block.address.family == .v4 ? ":4:" : ":6:")
            for shift in stride(from: block.address.family.bitWidth - 4, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: block.address.bits >> UInt128(shift)) & 15
                put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
            put(UInt8(ascii: ":"))
            let length = UInt8(block.length)
            if length >= 100 { put(UInt8(ascii: "0") + length / 100) }
            if length >= 10 { put(UInt8(ascii: "0") + length / 10 % 10) }
            put(UInt8(ascii: "0") + length % 10)
            return end
        }
    }
}
