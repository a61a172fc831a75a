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
            contents: Self.read)
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

    private static func read(_ path: String) throws(UnreadableFile) -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            return Array(try handle.read(upToCount: 2 << 20) ?? Data())
        } catch {
            let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
            throw UnreadableFile(reason: code.map { String(cString: strerror(Int32($0))) } ?? "it cannot be opened")
        }
    }
}

/// Why a file could not be read.
package struct UnreadableFile: Error, Sendable {
    /// In words: `Permission denied`.
    package let reason: String

    /// Says why in words, which do not name the file.
    package init(reason: String) { self.reason = reason }
}
