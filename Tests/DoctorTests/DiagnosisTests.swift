import Doctor
import Testing

/// How findings are shown, and what they make the program end with.
struct DiagnosisTests {
    private let warning = Finding.warning("redis.write", "Redis takes nothing", why: "it forgets", change: "cache.host")
    private let error = Finding.error(
        "database.grant.log_insert", "may not\u{1b}[2J insert", why: "rows pile up", change: "GRANT INSERT",
        hints: ["GRANT INSERT ON log TO me;"])

    @Test func `nothing is said of a good installation`() {
        let diagnosis = Diagnosis([])
        #expect(diagnosis.text(hasHints: true).isEmpty)
        #expect(diagnosis.exitStatus == 0)
        #expect(diagnosis.json() == #"{"errors":0,"warnings":0,"findings":[]}"#)
    }

    @Test func `a warning is 1, and an error 2 whatever else there is`() {
        #expect(Diagnosis([warning]).exitStatus == 1)
        #expect(Diagnosis([error]).exitStatus == 2)
        #expect(Diagnosis([warning, error, warning]).exitStatus == 2)
    }

    @Test func `each finding has what, why and the line to change, and obeys no terminal`() {
        let text = Diagnosis([warning, error]).text()
        #expect(
            text == """
                warning: redis.write: Redis takes nothing
                    why: it forgets
                    change: cache.host
                error: database.grant.log_insert: may not\\u001b[2J insert
                    why: rows pile up
                    change: GRANT INSERT

                """)
        #expect(Diagnosis([error]).text(hasHints: true).hasSuffix("    | GRANT INSERT ON log TO me;\n"))
    }

    @Test func `JSON has the same, and what was tried`() {
        let json = Diagnosis([error]).json(steps: [ProofStep("wrong password", .ok, "refused")])
        #expect(
            json == #"{"errors":1,"warnings":0,"findings":[{"severity":"error","id":"database.grant.log_insert","#
                + #""what":"may not\u001b[2J insert","why":"rows pile up","change":"GRANT INSERT","#
                + #""hints":["GRANT INSERT ON log TO me;"]}],"#
                + #""login":[{"step":"wrong password","outcome":"ok","detail":"refused"}]}"#)
    }

    @Test func `checks are made side by side, and their findings keep the order`() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let first = DoctorCheck("first") { [warning] in
            for await _ in stream { break }  // until the second has been made
            return [warning]
        }
        let second = DoctorCheck("second") { [error] in
            continuation.yield()
            return [error]
        }
        #expect(
            await DoctorCheck.run([first, second]).findings.map(\.id) == ["redis.write", "database.grant.log_insert"])
    }
}
