/// A version of Dovecot: `2.3.19`.
package struct DovecotVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// 2.
    package var major: Int
    /// 3.
    package var minor: Int
    /// 19; what follows it is left out.
    package var patch: Int

    /// The first whose Lua has an HTTP client.
    package static let oldest = DovecotVersion(2, 3, 19)

    /// `2.3.19` is 2, 3, 19.
    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        (self.major, self.minor, self.patch) = (major, minor, patch)
    }

    /// Reads `2.3.19.1 (9b53102964)` (`dovecot --version`), or the first line of `doveconf -n`, which has a `# ` before it.
    package init?(_ text: String) {
        let number = text.drop { $0 == "#" || $0 == " " }.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = number.split(separator: ".").compactMap { Int($0) }
        guard parts.count >= 2 else { return nil }
        self.init(parts[0], parts[1], parts.count > 2 ? parts[2] : 0)
    }

    /// Whether the configuration is written in the way of 2.4.
    package var isNewStyle: Bool { self >= DovecotVersion(2, 4, 0) }

    /// `2.3.19`.
    package var description: String { "\(major).\(minor).\(patch)" }

    /// Compares number by number.
    package static func < (one: DovecotVersion, other: DovecotVersion) -> Bool {
        (one.major, one.minor, one.patch) < (other.major, other.minor, other.patch)
    }
}
