import Alarms
import AuditCore
import Foundation

/// The file that alarms' memory outlives a process in; mode 0600, written anew as a whole.
struct AlarmStateFile: Sendable {
    let path: String

    /// Reads what an earlier process left.
    ///
    /// What cannot be read is kept beside, as `.broken`.
    ///
    /// - Parameter trouble: Told why it cannot be used.
    /// - Returns: nil if there is none.
    func read(now: Timestamp, trouble: (String) -> Void) -> AlarmMemory? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno != ENOENT { trouble(String(cString: strerror(errno))) }
            return nil
        }
        do {
            guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= AlarmMemory.mostBytes else {
                throw Unusable(description: "it is no file, or too long")
            }
            return try AlarmMemory(reading: Array(try Data(contentsOf: URL(fileURLWithPath: path))), now: now)
        } catch let error as AlarmMemoryError {
            trouble(error.description)
        } catch let error as Unusable {
            trouble(error.description)
        } catch {
            trouble((error as NSError).localizedDescription)
        }
        rename(path, path + ".broken")
        return nil
    }

    /// Puts a memory in the place of what is there.
    ///
    /// - Returns: Why that could not be done; nil if it was.
    func write(_ memory: AlarmMemory) -> String? {
        let fresh = path + ".new"
        unlink(fresh)
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(memory.text))
            try file.synchronize()
        } catch {
            unlink(fresh)
            return (error as NSError).localizedDescription
        }
        return rename(fresh, path) == 0 ? nil : String(cString: strerror(errno))
    }

    private struct Unusable: Error { var description: String }
}
