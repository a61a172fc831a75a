internal import AuditCore
internal import Foundation

/// How long a server wants to be left alone: the `Retry-After` field of HTTP (RFC 9110 section 10.2.3).
enum RetryAfter {
    /// What is taken where a server wants to be left alone and does not say for how long.
    static let unstated = Duration.seconds(60)
    /// What a server can ask for at least and at most.
    static let bounds = Duration.seconds(1)...Duration.seconds(86_400)

    /// Reads the field: a number of seconds, or a date (in the form that RFC 9110 section 5.6.7 has servers send).
    ///
    /// - Parameters:
    ///   - field: The value.
    ///   - date: The `Date` field of the same answer; the server's clock is the one its other dates are meant by.
    ///   - now: Our clock, for want of a `Date`.
    /// - Returns: A time within ``bounds``; nil if the field is neither.
    static func read(_ field: String, date: String?, now: Timestamp) -> Duration? {
        let text = field.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            return clamped(Int64(text).map(Duration.seconds) ?? bounds.upperBound)
        }
        guard let end = seconds(text) else { return nil }
        return clamped(.seconds(end - (date.flatMap(seconds) ?? now.milliseconds / 1000)))
    }

    private static func clamped(_ wait: Duration) -> Duration { min(max(wait, bounds.lowerBound), bounds.upperBound) }

    /// A date as `Sun, 06 Nov 1994 08:49:37 GMT`, in seconds since 1970; the name of the day is not looked at.
    private static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = (month < 9 ? "0" : "") + "\(month + 1)"
        return Timestamp(sqlText: "\(parts[3])-\(number)-\(parts[1]) \(parts[4])").map { $0.milliseconds / 1000 }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
