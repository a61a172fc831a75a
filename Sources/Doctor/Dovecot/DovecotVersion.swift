/// A version of Dovecot: `2.3.19`.
public struct DovecotVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// 2.
    public var major: Int
    /// 3.
    public var minor: Int
    /// 19; what follows it is left out.
    public var patch: Int

    /// The first whose Lua has an HTTP client.
    public static let oldest = DovecotVersion(2, 3, 19)

    /// `2.3.19` is 2, 3, 19.
    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        (self.major, self.minor, self.patch) = (major, minor, patch)
    }

    /// Reads `2.3.19.1 (9b53102964)` (`dovecot --version`), or the first line of `doveconf -n`, which has a `# ` before it.
    public init?(_ text: String) {
        let number = text.drop { $0 == "#" || $0 == " " }.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = number.split(separator: ".").compactMap { Int($0) }
        guard parts.count >= 2 else { return nil }
        self.init(parts[0], parts[1], parts.count > 2 ? parts[2] : 0)
    }

    /// Whether the configuration is written in the way of 2.4.
    public var isNewStyle: Bool { self >= DovecotVersion(2, 4, 0) }

    /// `2.3.19`.
    public var description: String { "\(major).\(minor).\(patch)" }

    /// Compares number by number.
    public static func < (one: DovecotVersion, other: DovecotVersion) -> Bool {
        (one.major, one.minor, one.patch) < (other.major, other.minor, other.patch)
    }
}
