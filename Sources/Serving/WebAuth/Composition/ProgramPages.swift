import Foundation

/// The pages of the program's own file, and of its libraries, that are mapped.
enum ProgramPages {
    /// Lets go of the code that only start-up has run, or looked at: reading the command line looks at the description of
    /// every type there is. What is needed again is mapped again from the file.
    ///
    /// - Complexity: Some ten `madvise(2)` calls; later a few hundred page faults that read nothing from the disk.
    static func letGo() {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
        for line in maps.split(separator: "\n") {
            // Private mappings of files that may run and cannot have been changed: proc(5). Code that was compiled while
            // running belongs to no file.
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 6, fields[1] == "r-xp", fields[4] != "0", fields[5].hasPrefix("/") else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard bounds.count == 2, bounds[0] < bounds[1], let start = UnsafeMutableRawPointer(bitPattern: bounds[0])
            else { continue }
            _ = madvise(start, Int(bounds[1] - bounds[0]), MADV_DONTNEED)
        }
    }
}
