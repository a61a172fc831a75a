import Foundation

/// A file of the state directory in which something outlives a process; mode 0600, written anew as a whole.
struct StateFile: Sendable {
    let path: String

    /// Reads what an earlier process left.
    ///
    /// What cannot be read is kept beside, as `.broken`.
    ///
    /// - Parameters:
    ///   - most: How many bytes it may have.
    ///   - trouble: Told why it cannot be used.
    ///   - parse: Reads its bytes.
    /// - Returns: nil if there is none.
    func read<Value, Failure: Error>(
        atMost most: Int, trouble: (String) -> Void, _ parse: ([UInt8]) throws(Failure) -> Value
    ) -> Value? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno != ENOENT { trouble(String(cString: strerror(errno))) }
            return nil
        }
        do {
            guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= most else {
                throw Unusable(description: "it is no file, or too long")
            }
            return try parse(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        } catch let error as Failure {
            trouble("\(error)")
        } catch let error as Unusable {
            trouble(error.description)
        } catch {
            trouble((error as NSError).localizedDescription)
        }
        rename(path, path + ".broken")
        return nil
    }

    /// Puts bytes in the place of what is there.
    ///
    /// - Parameter isForced: Whether it waits until they are on the disk.
    /// - Returns: Why that could not be done; nil if it was.
    func write(_ bytes: [UInt8], isForced: Bool) -> String? {
        let fresh = path + ".new"
        unlink(fresh)
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(bytes))
            if isForced { try file.synchronize() }
        } catch {
            unlink(fresh)
            return (error as NSError).localizedDescription
        }
        return rename(fresh, path) == 0 ? nil : String(cString: strerror(errno))
    }

    /// Removes it, and what was kept beside.
    func remove() { for end in ["", ".new", ".broken"] { unlink(path + end) } }

    private struct Unusable: Error { var description: String }
}
