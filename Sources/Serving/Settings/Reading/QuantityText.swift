/// Durations and sizes as they are written in the settings.
enum QuantityText {
    /// Longer than any sensible setting: ten years.
    static let longestDuration = Duration.seconds(10 * 365 * 86_400)

    /// `1500ms`, `30s`, `2m`, `24h`, `7d`: a whole number and a unit, nothing between or around them.
    static func duration(_ text: String) -> Duration? {
        guard let (number, unit) = split(text) else { return nil }
        let milliseconds: [String: Int] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let factor = milliseconds[unit] else { return nil }
        let (total, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : .milliseconds(total)
    }

    /// `512B`, `64KB`, `256MB`, `2GB` (powers of 1000), `64KiB`, `256MiB`, `2GiB` (powers of 1024), in bytes.
    static func byteSize(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        let bytes: [String: Int] = [
            "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
        ]
        guard let factor = bytes[unit] else { return nil }
        let (total, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : total
    }

    private static func split(_ text: String) -> (number: Int, unit: String)? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let number = Int(Substring(digits)) else { return nil }
        return (number, String(text[digits.endIndex...]))
    }
}

extension Duration {
    /// Reads a duration as the settings have it: `1500ms`, `30s`, `2m`, `24h`, `7d`; nil for anything else, and for more
    /// than ten years.
    package init?(quantity text: String) {
        guard let duration = QuantityText.duration(text), duration <= QuantityText.longestDuration else { return nil }
        self = duration
    }
}
