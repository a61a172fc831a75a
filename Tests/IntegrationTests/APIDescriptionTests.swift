import Foundation
import Testing

/// The OpenAPI document, held against its own specification, and the real program against the document.
///
/// The programs that do so come from `scripts/api-tools`, which `scripts/test` runs. In CI they have to be there.
@Suite(.timeLimit(.minutes(5)), .enabled(if: APITools.canRun, "\(APITools.missing)"))
struct APIDescriptionTests {
    /// The document as it is served, in a file.
    private func document(of server: ServerProcess, in directory: TemporaryDirectory) throws -> String {
        let response = try server.request("GET", "/openapi.json")
        #expect(response.status == 200)
        try directory.write("openapi.json", response.body)
        return directory.path + "/openapi.json"
    }

    @Test func `the document is one of OpenAPI 3.1`() async throws {
        let tools = try #require(APITools.path, "\(APITools.missing)")
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "")
        let server = try await ServerProcess(in: directory)
        let file = try document(of: server, in: directory)
        let check: Program.Result = try Tool.run(tools + "/openapi-spec-validator", [file])
        #expect(check.status == 0, "\(check.output)\(check.errors)")
    }

    /// Requests that the document allows are taken, others refused, and each answer has a code and a form that stand there.
    /// How many examples there are is what ends it, never the clock: so the same requests are made on each machine.
    @Test(arguments: [1, 2])
    func `every answer to a request that was made up is a described one`(seed: Int) async throws {
        let tools = try #require(APITools.path, "\(APITools.missing)")
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "")
        let server = try await ServerProcess(in: directory)
        let file = try document(of: server, in: directory)
        let options: [String] = [
            "--url", "http://127.0.0.1:\(server.port)", "--checks", "all", "--max-examples", "200",
            "--seed", "\(seed)", "--workers", "1", "--generation-database", "none", "--no-color",
        ]
        let run: Program.Result = try Tool.run(tools + "/schemathesis", ["run", file] + options)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("Tested: 8"), "\(run.output)")
    }
}

private enum APITools {
    static let path = ProcessInfo.processInfo.environment["API_TOOLS"]
    static let canRun = path != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    static let missing = "the API is not held to its description: export API_TOOLS=$(scripts/api-tools)"
}
