// Judges a login from the address given on the command line, and says why:
//
//     swift run JudgeWithAuditCore 176.112.169.218

import AuditCore

guard let address = IPAddress(CommandLine.arguments.dropFirst().first ?? "176.112.169.218") else {
    fatalError("usage: JudgeWithAuditCore [ADDRESS]")
}

// 1. The deny lists: bytes of files, wherever they come from.
let build = DenyLists.build(
    [
        .ipNetworks: DenyListFile(name: "networks.lst", text: "192.0.2.0/24 documentation\n9.9.9.0/24\n"),
        .networkCountry: DenyListFile(name: "countries.lst", text: "RU\nKPX bad line\n"),
        .reverseHostname: DenyListFile(name: "hosts.lst", text: ".mail.ru\n"),
    ], engine: EndsWith())
for problem in build.problems { print("problem: \(problem)") }

// 2. The facts: what follows from the address, and what your own sources said of it.
var facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "local network")
facts.network = Sourced(.known(NetworkFacts(name: "VK-FRONT", country: "RU")), source: FactSource("example"))
facts.reverseHost = Sourced(.unavailable(LookupError(.timedOut)), source: FactSource("dns"))

// 3. The verdict, and the reasons for it.
let attempt = LoginAttempt(login: "alice", service: "imap", address: address, time: Timestamp(milliseconds: 0))
let policy = Policy(disabledServices: ["pop3"], lists: build.lists, onUnknown: .tempfail)
let judgement = policy.judge(attempt, facts: facts, thoroughly: true)
let explanation = Explanation(
    attempt: attempt, facts: facts, judgement: judgement, status: judgement.verdict.denial?.text ?? "success",
    httpCode: judgement.verdict.denial == nil ? 200 : 403)
print(explanation.text, terminator: "")

/// The patterns of this example are the ends of host names; the room PythonRegex has an engine for Python's `re`.
struct EndsWith: PatternEngine {
    struct Ends: PatternSet {
        let lines: [PatternLine]
        var count: Int { lines.count }
        func firstMatch(in text: String) -> Int? { lines.first { text.hasSuffix($0.text) }?.line }
    }

    func compile(
        _ lines: [PatternLine], matching: PatternMatching, onLimit: @escaping @Sendable (PatternProblem) -> Void
    ) -> PatternCompilation { PatternCompilation(set: Ends(lines: lines), problems: []) }
}
