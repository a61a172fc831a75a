import AuditCore
@testable import ListSource

/// What reading archives promises, whatever they hold; also what the fuzzer holds it to.
enum BrokenPromises {
    private static let key = ListPublicKey(bytes: [UInt8](repeating: 7, count: 32))

    /// Reads one input in every way, and names each promise that is broken.
    static func of(_ input: [UInt8]) -> [String] {
        var broken: [String] = []
        if let members = try? TarArchive.read(input[...], atMost: 40) {
            if TarArchive.write(members) != input { broken.append("what is read writes the same again") }
            if !members.allSatisfy({ TarArchive.isName($0.name.utf8) }) { broken.append("names are no paths") }
            if members.reduce(0, { $0 + $1.bytes.count }) > input.count { broken.append("no more than there was") }
        }
        if (try? ListArchive.read(input, trusting: [key])) != nil { broken.append("nobody's signature is believed") }
        if (try? ListArchive.read(input, trusting: [])) != nil { broken.append("no key, no lists") }
        if let set = try? ListArchive.read(input, trusting: nil) {
            if set.files.isEmpty { broken.append("there is a list") }
            if Set(set.files.map(\.list)).count != set.files.count { broken.append("each list once") }
            if set.signed == nil, ListArchive.write(unsigned: set) != input { broken.append("one set, one file") }
            if (set.signed == nil) != (set.signer == nil) { broken.append("who signs says when") }
        }
        return broken
    }
}
