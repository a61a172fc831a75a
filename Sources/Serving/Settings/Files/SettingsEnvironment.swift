internal import Foundation

/// What settings are read from: environment variables, a working directory and files.
package struct SettingsEnvironment: Sendable {
    /// The environment variables; `CONFIG_PATH` and `STATE_DIRECTORY` are looked at.
    package var variables: [String: String]
    /// The directory that paths given on the command line are relative to, absolute.
    package var workingDirectory: String
    /// Whether there is a file (not a directory) at an absolute path.
    package var isFile: @Sendable (String) -> Bool
    /// The content of a file, of which at most 2 MiB are read.
    package var contents: @Sendable (String) throws(UnreadableFile) -> [UInt8]

    /// Makes an environment, for a test or for a program with other ideas of files.
    package init(
        variables: [String: String] = [:], workingDirectory: String = "/",
        isFile: @escaping @Sendable (String) -> Bool,
        contents: @escaping @Sendable (String) throws(UnreadableFile) -> [UInt8]
    ) {
        self.variables = variables
        self.workingDirectory = workingDirectory
        self.isFile = isFile
        self.contents = contents
    }

    /// The environment, working directory and files of this process, as they are now.
    package static var process: SettingsEnvironment {
        SettingsEnvironment(
            variables: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath,
            isFile: { path in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
            },
            contents: Self.content(of:))
    }

    /// A path as an absolute one; a leading `./` goes, `..` stays for the file system to follow.
    func absolute(_ path: String, from directory: String) -> String {
        path.hasPrefix("/") ? path : Self.joined(directory, path)
    }

    private static func joined(_ directory: String, _ path: String) -> String {
        var path = Substring(path)
        while path.hasPrefix("./") { path = path.dropFirst(2).drop { $0 == "/" } }
        return directory.hasSuffix("/") ? "\(directory)\(path)" : "\(directory)/\(path)"
    }

    /// How long a pipe may say nothing; files take no time that counts.
    private static let patience = Duration.seconds(15)

    private static func content(of path: String) throws(UnreadableFile) -> [UInt8] {
        func failure() -> UnreadableFile { UnreadableFile(reason: String(cString: strerror(errno))) }
        // Not to be waited for: a pipe that nobody writes to.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var end = ContinuousClock.now + patience
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while content.count < 2 << 20 {
            var state = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
            let isReady = poll(&state, 1, Int32(max(0, left)))
            if isReady == 0 { throw UnreadableFile(reason: "it is a pipe, and nobody writes to it (for 15 s)") }
            let count = isReady < 0 ? -1 : read(file, &chunk, min(chunk.count, (2 << 20) - content.count))
            if count == 0 { break }
            if count > 0 {
                content += chunk.prefix(count)
                end = .now + patience
            } else if errno != EINTR && errno != EAGAIN {
                throw failure()
            }
        }
        return content
    }
}

/// Why a file could not be read.
package struct UnreadableFile: Error, Sendable {
    /// In words: `Permission denied`.
    package let reason: String

    /// Says why in words, which do not name the file.
    package init(reason: String) { self.reason = reason }
}
