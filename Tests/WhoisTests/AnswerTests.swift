import AuditCore
import Foundation
import Testing

@testable import Whois

@Suite struct AnswerTests {
    @Test func `an answer survives being written and read`() throws {
        let answer = NetworkAnswer(
            facts: NetworkFacts(name: "NET", country: "NL", cidr: "192.0.2.0/25", entities: ["A-1"]),
            blocks: [try #require(IPPrefix("192.0.2.0/25"))], isLeaf: true, registry: .ripencc,
            startAddress: IPAddress("192.0.2.0"), endAddress: IPAddress("192.0.2.127"), type: "ASSIGNED PA")
        #expect(try JSONDecoder().decode(NetworkAnswer.self, from: JSONEncoder().encode(answer)) == answer)
    }
}
