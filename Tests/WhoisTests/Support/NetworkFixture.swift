public import AuditCore
import Foundation
import Testing
import Whois

/// One network of `Fixtures/networks.json`: its answers, and what is to be read from them.
struct NetworkFixture: Decodable, CustomTestStringConvertible {
    /// What is to be read from a registry's answer.
    struct Network: Decodable {
        var name: String?
        var country: String?
        var handle: String?
        var cidr: String?
        var entities: [String]
        var isLeaf: Bool

        var facts: NetworkFacts {
            NetworkFacts(name: name, country: country, cidr: cidr, handle: handle, entities: entities)
        }
    }

    /// What is to be read from Team Cymru's answer.
    struct Origin: Decodable {
        var asNumbers: [UInt32]
        var prefix: String?
        var country: String?
        var asName: String?
        var registry: Registry
        var allocated: String?
        var isRouted: Bool

        /// In DNS the name is another question.
        func facts(withName: Bool) -> OriginFacts {
            OriginFacts(asNumbers: asNumbers, prefix: prefix, country: country, asName: withName ? asName : nil)
        }
    }

    struct Expected: Decodable {
        var rdap: Network
        var whois: Network
        var origin: Origin
    }

    var address: IPAddress
    var registry: Registry
    var files: [String: String]
    var txt: [String: [String]]
    var expected: Expected

    var testDescription: String { "\(registry.rawValue) \(address)" }

    /// The answer of `rdap`, `whois` or `cymru`.
    func answer(_ kind: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: files[kind] ?? "none")))
    }

    /// The records of a name.
    func records(_ name: String) -> [[UInt8]] { txt[name, default: []].map { Array($0.utf8) } }

    static let folder = URL(filePath: #filePath).appending(path: "../../Fixtures").standardized

    /// All of the index; empty if it cannot be read, which a test notices.
    static let all: [NetworkFixture] =
        (try? JSONDecoder().decode(
            [NetworkFixture].self, from: Data(contentsOf: folder.appending(path: "networks.json")))) ?? []
}

extension IPAddress: Decodable {
    /// Reads its text.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = try #require(IPAddress(text))
    }
}
