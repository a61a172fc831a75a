import Foundation

/// Writes a line to standard error; what a file or a user named is shown without control characters.
func standardError(_ line: String) {
    let shown = line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined()
    try? FileHandle.standardError.write(contentsOf: Data((shown + "\n").utf8))
}
