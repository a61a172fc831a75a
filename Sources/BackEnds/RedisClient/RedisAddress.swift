/// Where a server is.
package enum RedisAddress: Sendable, Hashable, CustomStringConvertible {
    /// By TCP; an IPv6 address has no brackets.
    case tcp(host: String, port: UInt16)
    /// By a Unix socket of this machine.
    case socket(path: String)

    /// For messages.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): path
        }
    }

    /// What a sentinel says of where a server is; nil if that is no place.
    init?(_ reply: RedisReply) {
        guard let parts = reply.elements, parts.count == 2, let host = parts[0].content, let port = parts[1].number,
            (1...253).contains(host.count), let port = UInt16(exactly: port), port > 0,
            host.allSatisfy({ Self.isOfHost($0) })
        else { return nil }
        self = .tcp(host: String(decoding: host, as: UTF8.self), port: port)
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
