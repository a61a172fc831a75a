internal import AppPasswordCore
internal import AuditCore
internal import StrictJSON

/// Reads what doveadm answers: `[["doveadmResponse",[…],"tag"]]`, or `[["error",{"type":…,"exitCode":…},"tag"]]`.
enum DoveadmReply {
    /// The exit code of doveadm when nobody is met (`EX_NOHOST`).
    private static let nobody = 68

    /// The response to our only command.
    ///
    /// - Returns: The list of results; null if doveadm met nobody.
    /// - Throws: `failed` with what doveadm said; `notSupported` for a command or parameter that it does not know.
    static func response(_ bytes: [UInt8], tag: String) throws(SessionServerError) -> JSONValue {
        let value: JSONValue
        do {
            value = try JSONValue(parsingForeign: bytes, maxDepth: 8)
        } catch {
            throw SessionServerError(.failed, detail: "no JSON: \(error.description)")
        }
        guard case .array(let answers) = value, answers.count == 1, case .array(let answer)? = answers.first,
            answer.count == 3, answer[2].string == tag, let kind = answer[0].string
        else { throw SessionServerError(.failed, detail: "no answer of doveadm") }
        switch kind {
        case "doveadmResponse":
            guard case .array = answer[1] else { throw SessionServerError(.failed, detail: "no answer of doveadm") }
            return answer[1]
        case "error":
            let type = answer[1]["type"]?.string ?? ""
            if type == "exitCode", answer[1]["exitCode"]?.integer == nobody { return .null }
            let isUnknown = ["invalidRequest", "unknownMethod", "unknownParameter"].contains(type)
            let code = answer[1]["exitCode"]?.integer.map { " \($0)" } ?? ""
            throw SessionServerError(
                isUnknown ? .notSupported : .failed, detail: "doveadm: \(type.visible(limit: 60))\(code)")
        default: throw SessionServerError(.failed, detail: "no answer of doveadm")
        }
    }

    /// How many sessions `kick` ended: 2.4 counts them, 2.3 names the user of each.
    static func kicked(_ response: JSONValue) throws(SessionServerError) -> Int {
        guard case .array(let results) = response else { return 0 }
        var count = 0
        for result in results {
            if let text = result["count"]?.string {
                guard let number = Int(text), number >= 0 else {
                    throw SessionServerError(.failed, detail: "no count of sessions")
                }
                count += min(number, 1_000_000)
            } else if result["result"] != nil {
                count += 1
            }
        }
        return count
    }

    /// What `who` lists; what is missing of a session is empty.
    static func sessions(_ response: JSONValue) throws(SessionServerError) -> [MailSession] {
        guard case .array(let results) = response else { return [] }
        return results.map { result in
            func text(_ name: String) -> String? { result[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
            return MailSession(
                user: text("username") ?? "", service: text("service") ?? "", address: text("ip"),
                passwordID: text("user_apppw").flatMap { Int64($0) }, processID: text("pid"))
        }
    }
}
