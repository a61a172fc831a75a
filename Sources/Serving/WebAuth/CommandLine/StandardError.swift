import Foundation

/// Writes a line to standard error; what a file or a user named is shown without control characters.
func standardError(_ line: String) {
    let shown = line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined()
    standardErrorText(shown)
}

/// Writes text of our own, of as many lines as it has, to standard error.
func standardErrorText(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}
