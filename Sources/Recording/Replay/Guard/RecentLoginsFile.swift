internal import Foundation

/// The file that recent logins outlive a process in: a title, and a line for each text and login, the latest last. Mode 0600.
///
/// It is written anew, with what is held alone, once by each process and whenever it has twice the bytes that all of it may
/// take; what stands there half is passed by. Nothing is synced but a file that is written anew.
struct RecentLoginsFile {
    private static let pieceSize = 65_536
    private static let longestLine = 1_048_576

    private let path: String
    private let bound: Int
    private let trouble: @Sendable (String) -> Void
    private var handle: FileHandle?
    private var size = 0
    private(set) var isRead = false
    /// In which minute it could not be written.
    private var failure: UInt32?

    init(_ path: String, bound: Int, _ trouble: @escaping @Sendable (String) -> Void) {
        (self.path, self.bound, self.trouble) = (path, bound, trouble)
    }

    /// Calls `body` for each whole line below its title, the first time; for none if there is no such file. Only a piece of the
    /// file is held at a time.
    mutating func readOnce(_ body: (Substring) -> Void) {
        guard !isRead else { return }
        isRead = true
        guard let file = FileHandle(forReadingAtPath: path) else {
            if FileManager.default.fileExists(atPath: path) { trouble("it cannot be read") }
            return
        }
        var (held, isTitleRead) = ([UInt8](), false)
        // More than twice the bound was never written.
        var left = 3 * bound + 4096
        while left > 0, let piece = try? file.read(upToCount: min(left, Self.pieceSize)), !piece.isEmpty {
            left -= piece.count
            held += piece
            var start = 0
            while let end = held[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: held[start..<end], as: UTF8.self)
                start = end + 1
                if isTitleRead {
                    body(Substring(line))
                } else if line == RecentLoginLine.title {
                    isTitleRead = true
                } else {
                    break
                }
            }
            held.removeFirst(start)
            // No line is that long.
            guard isTitleRead, held.count < Self.longestLine else { break }
        }
        if !isTitleRead { trouble("it is no file of recent logins, or damaged, and is begun anew") }
    }

    /// Adds lines.
    ///
    /// - Returns: false if it is to be written anew: it has not been by this process, is full or could not be written.
    mutating func append(_ lines: [RecentLoginLine]) -> Bool {
        guard let handle, size < 2 * bound else { return false }
        let data = Data(lines.map(\.text).joined().utf8)
        do {
            try handle.write(contentsOf: data)
            size += data.count
            return true
        } catch {
            self.handle = nil
            return false
        }
    }

    /// Whether it is worth trying: once a minute after a failure.
    func mayBeReplaced(at minute: UInt32) -> Bool { failure != minute }

    /// Writes it anew, with these lines alone; should that fail, it is tried again with a login of another minute.
    mutating func replace(with lines: [RecentLoginLine], at minute: UInt32) {
        let data = Data((RecentLoginLine.title + "\n" + lines.map(\.text).joined()).utf8)
        let fresh = path + ".new"
        handle = nil
        do {
            try? FileManager.default.removeItem(atPath: fresh)
            guard FileManager.default.createFile(atPath: fresh, contents: nil, attributes: [.posixPermissions: 0o600]),
                let file = FileHandle(forWritingAtPath: fresh)
            else { return complain("\(fresh) cannot be made", at: minute) }
            try file.write(contentsOf: data)
            try file.synchronize()
            guard unsafe rename(fresh, path) == 0 else { return complain("\(fresh) cannot take its place", at: minute) }
            (handle, size, failure) = (file, data.count, nil)
        } catch {
            complain("it cannot be written: \((error as NSError).localizedDescription)", at: minute)
        }
    }

    /// Removes it.
    mutating func remove() {
        (handle, isRead) = (nil, true)
        try? FileManager.default.removeItem(atPath: path)
        try? FileManager.default.removeItem(atPath: path + ".new")
    }

    private mutating func complain(_ reason: String, at minute: UInt32) {
        if failure == nil { trouble(reason) }
        failure = minute
    }
}
