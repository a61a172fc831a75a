import Foundation

/// A line on a terminal's standard error that is written over; nothing where standard error is no terminal.
struct ProgressLine {
    private let isTerminal = isatty(2) == 1

    func show(_ text: String) { write("\r\(text)\u{1b}[K") }

    func clear() { write("\r\u{1b}[K") }

    private func write(_ text: String) {
        guard isTerminal else { return }
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
