import AppPasswordCore
@testable import Doveadm
import StrictJSON
import Testing

/// What doveadm answers, as 2.3.19 and 2.4.1 were seen to.
struct DoveadmReplyTests {
    private func response(_ text: String) throws -> JSONValue { try DoveadmReply.response(Array(text.utf8), tag: "t") }

    @Test(arguments: [
        ("alice", true), ("alice@example.org", true), ("12345", true), ("a.1", true), ("0xyz", true), ("cafe", true),
        ("", false), ("*", false), ("al?ce", false), ("127.0.0.1", false), ("127.1", false), ("0x7f.1", false),
        ("0X7F000001", false), ("10.0.0.0/8", false), ("10/8", false), ("127.1 alice", false), ("::1", false),
        ("[::1]", false), ("fe80::1%eth0", false), ("2001:db8::/32", false),
    ])
    func `doveadm is asked for names only, not for patterns and networks`(name: String, isName: Bool) {
        #expect(DoveadmServer.canBeMasked(name) == isName)
    }

    @Test(arguments: [
        (#"[["doveadmResponse",[{"count":"3"}],"t"]]"#, 3), (#"[["doveadmResponse",[{"count":"0"}],"t"]]"#, 0),
        (#"[["doveadmResponse",[{"result":"alice"},{"result":"alice"}],"t"]]"#, 2),
        (#"[["doveadmResponse",[],"t"]]"#, 0), (#"[["error",{"type":"exitCode", "exitCode":68},"t"]]"#, 0),
    ])
    func `kick says how many it ended`(text: String, count: Int) throws {
        #expect(try DoveadmReply.kicked(response(text)) == count)
    }

    @Test(arguments: [
        (#"[["error",{"type":"invalidRequest", "exitCode":0},"t"]]"#, SessionServerError.Code.notSupported),
        (#"[["error",{"type":"unknownMethod", "exitCode":0},"t"]]"#, .notSupported),
        (#"[["error",{"type":"exitCode", "exitCode":75},"t"]]"#, .failed), (#"[["error","t"]]"#, .failed),
        (#"[["doveadmResponse",[],"other"]]"#, .failed), (#"[["doveadmResponse",{},"t"]]"#, .failed), ("[]", .failed),
        (#"[["doveadmResponse",[],"t"],["doveadmResponse",[],"t"]]"#, .failed), ("", .failed), ("<html>", .failed),
        (String(repeating: "[", count: 100_000), .failed), (#"{"a":1}"#, .failed), ("[[1,2,3]]", .failed),
    ])
    func `what is no such answer is an error, and one about the command another one`(
        text: String, code: SessionServerError.Code
    ) {
        let error = #expect(throws: SessionServerError.self) { try response(text) }
        #expect(error?.code == code)
    }

    @Test(arguments: [#"{"count":"-1"}"#, #"{"count":"many"}"#, #"{"count":""}"#])
    func `a count that is none is an error`(result: String) throws {
        let answer = try response(#"[["doveadmResponse",[\#(result)],"t"]]"#)
        #expect(throws: SessionServerError.self) { try DoveadmReply.kicked(answer) }
    }

    @Test func `who lists sessions, on 2.4 with the passwords that opened them`() throws {
        let text = """
            [["doveadmResponse",[{"username":"alice","service":"imap","pid":"25825","ip":"127.0.0.1","dest_ip":"",\
            "user_apppw":"17"},{"username":"alice","service":"pop3","pid":"32029","ip":"127.0.0.1"},{"username":7}],"t"]]
            """
        #expect(
            try DoveadmReply.sessions(response(text)) == [
                MailSession(user: "alice", service: "imap", address: "127.0.0.1", passwordID: 17, processID: "25825"),
                MailSession(user: "alice", service: "pop3", address: "127.0.0.1", passwordID: nil, processID: "32029"),
                MailSession(user: "", service: "", address: nil, passwordID: nil, processID: nil),
            ])
        #expect(try DoveadmReply.sessions(response(#"[["error",{"type":"exitCode","exitCode":68},"t"]]"#)).isEmpty)
    }
}
