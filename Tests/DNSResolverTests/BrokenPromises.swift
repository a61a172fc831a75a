import AuditCore

@testable import DNSResolver

/// What the reader of DNS messages promises, whatever it was given; also what the fuzzer holds it to.
enum BrokenPromises {
    /// Reads one message and names each promise that is broken.
    static func of(_ message: [UInt8]) -> [String] {
        guard let read = try? DNSMessage(message) else { return [] }
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        promise(message[3] & 0x0F == 0 || message[3] & 0x0F == 3, "an odd code is no answer")
        promise(message[2] & 0x02 == 0, "nor is what is cut off")
        let (answer, texts) = (try? read.pointers(), try? read.texts())
        let pointers = answer?.names
        promise(
            message[3] & 0x0F == 0 || pointers?.isEmpty == true && texts?.isEmpty == true, "no such name has nothing")
        for name in pointers ?? [] {
            promise(name.labels.allSatisfy { (1...63).contains($0.count) }, "labels are of 1 to 63 bytes")
            promise(name.labels.reduce(1) { $0 + $1.count + 1 } <= 255, "names are of at most 255 bytes")
            promise(name.description.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "names are visible ASCII")
        }
        promise((0...0x7FFF_FFFF).contains(answer?.lifetime ?? 0), "what holds does so for seconds of 31 bits")
        let names = PTRNames((pointers ?? []).map(\.description))?.all ?? []
        promise(names.count <= PTRNames.most, "names are few")
        promise(
            names.allSatisfy { !$0.isEmpty } && Set(names.map { $0.lowercased() }).count == names.count, "each once")
        promise(names.map { $0.lowercased() } == names.map { $0.lowercased() }.sorted(), "names are in order")
        promise((texts ?? []).reduce(0) { $0 + $1.count } <= message.count, "texts are of the message")
        return broken
    }
}
