/// The directory that a spool keeps its files in; a protocol so that tests can let disks fail.
package protocol SpoolDisk: Sendable {
    /// The names of all files, in no order.
    func names() throws(SpoolError) -> [String]
    /// Makes a new file; also the directory, if it has vanished.
    func create(_ name: String) throws(SpoolError) -> any SpoolFile
    /// Opens a file that is there.
    func open(_ name: String) throws(SpoolError) -> any SpoolFile
    /// Removes a file; no error if there is none.
    func remove(_ name: String) throws(SpoolError)
    /// Gives a file another name.
    func rename(_ name: String, to newName: String) throws(SpoolError)
    /// The note that was left last; empty if there is none.
    func note() throws(SpoolError) -> [UInt8]
    /// Leaves a note in place of the last one; if that cannot be, the last one is made void.
    ///
    /// - Throws: If not even that could be done; then the last one stands.
    func leave(note: [UInt8]) throws(SpoolError)
}

/// An open file of a spool, closed when it is let go.
package protocol SpoolFile: AnyObject, Sendable {
    /// How many bytes it has.
    func size() throws(SpoolError) -> Int
    /// Whether it can still be found by its name.
    var isLinked: Bool { get }
    /// Reads up to `count` bytes; fewer only at the end.
    func read(at offset: Int, count: Int) throws(SpoolError) -> [UInt8]
    /// Writes all bytes at the end; after an error some of them may be there.
    func append(_ bytes: [UInt8]) throws(SpoolError)
    /// Cuts it off.
    func truncate(to size: Int) throws(SpoolError)
    /// Waits until its bytes are on the disk.
    func sync() throws(SpoolError)
}
