/// Feeds bytes to what reads foreign ones in a room, and traps if a promise is broken.
///
/// `BrokenPromises` in the tests of the room says what an input looks like, and what is promised.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let broken = BrokenPromises.of(Array(UnsafeBufferPointer(start: start, count: count)))
    precondition(broken.isEmpty, broken.joined(separator: "; "))
    return 0
}
