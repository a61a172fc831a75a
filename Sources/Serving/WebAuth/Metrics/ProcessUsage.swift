import Foundation

/// What the process uses.
enum ProcessUsage {
    /// Processor time in seconds, of all threads: clock(3), whose unit POSIX has as a microsecond.
    static var processorSeconds: Double { Double(clock()) / 1e6 }

    /// Resident memory in bytes, by `/proc/self/statm`; nil where there is none.
    static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
    }
}
