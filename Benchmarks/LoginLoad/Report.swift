import Foundation

/// Prints figures, and keeps whether all are within their bounds.
struct Report {
    private(set) var isGood = true
    /// What one cold login costs the server, for the ratio of warm to cold.
    var coldSeconds = 0.0

    mutating func add(_ name: String, _ value: Double, atLeast: Double = -.infinity, atMost: Double = .infinity) {
        var line = name.padding(toLength: 56, withPad: " ", startingAt: 0) + String(format: "%10.2f", value)
        if atLeast.isFinite { line += String(format: "  (at least %.2f)", atLeast) }
        if atMost.isFinite { line += String(format: "  (at most %.2f)", atMost) }
        if !(atLeast...atMost).contains(value) {
            line += "  FAILED"
            isGood = false
        }
        print(line)
    }
}
