import HTTPKit
import Testing

/// Dispatch in process, with no socket.
struct RouterTests {
    private let router = Router(
        [
            .livez, .echo, Route(.get, "/both") { _ in .text(200, "got") },
            Route(.post, "/both") { _ in .text(200, "posted") },
            Route(.post, "/auth", access: .token(refusal: .badRequest)) { _ in .text(200, "in") },
        ], settings: HTTPSettings(token: BearerToken("s3cret")))

    private func status(_ method: HTTPMethod, _ path: String, _ fields: (String, String)...) async -> Int {
        await router.respond(to: HTTPRequest(method, path, headers: HTTPFields(fields))).status
    }

    @Test func `paths and methods are matched to the letter`() async {
        #expect(await status(.get, "/livez") == 200)
        #expect(await status(.head, "/livez") == 200)
        #expect(await status(.get, "/livez/") == 404)
        #expect(await status(.get, "/LIVEZ") == 404)
        #expect(await status(.get, "/%6Civez") == 404)
        #expect(await status(.get, "livez") == 404)
        #expect(await status(.get, "//livez") == 404)
        #expect(await status(.get, "") == 404)
        #expect(await status(.post, "/livez") == 405)
        #expect(await status(HTTPMethod("get"), "/livez") == 405)
    }

    @Test func `405 says which methods there are`() async {
        let response = await router.respond(to: HTTPRequest(HTTPMethod("DELETE"), "/both"))
        #expect(response.status == 405)
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["Allow: GET, POST, HEAD"])
        #expect(String(decoding: response.body, as: UTF8.self) == "{\"detail\":\"Method Not Allowed\"}")
    }

    @Test(arguments: [
        ("Bearer s3cret", true), ("bearer s3cret", true), ("BEARER  s3cret", true), ("Bearer s3creT", false),
        ("Bearer s3cre", false), ("Bearer s3cret2", false), ("Bearer s3crets3cret", false), ("Bearer ", false),
        ("Bearer", false), ("", false), ("s3cret", false), ("Basic s3cret", false), ("Bearers3cret", false),
        ("Bearer s3cret ", false), ("Bearer s3cret, Bearer s3cret", false), ("Token s3cret", false),
    ])
    func `the token must be right to the letter, the scheme in any case`(value: String, isRight: Bool) async {
        #expect(await status(.post, "/auth", ("Authorization", value)) == (isRight ? 200 : 400))
        #expect(await status(.post, "/echo", ("authorization", value)) == (isRight ? 200 : 401))
        #expect(await status(.get, "/livez", ("Authorization", value)) == 200)
    }

    @Test(arguments: [
        ("Origin", "https://evil.example"), ("origin", "null"), ("ORIGIN", "http://127.0.0.1:8000"), ("Origin", ""),
        ("Sec-Fetch-Site", "cross-site"), ("sec-fetch-site", "Cross-Site"),
    ])
    func `what another site's page has a browser send is refused, whatever it asks for`(name: String, value: String)
        async
    {
        let token = ("Authorization", "Bearer s3cret")
        for (method, path) in [
            (HTTPMethod.post, "/auth"), (.post, "/echo"), (.get, "/livez"), (.get, "/nowhere"),
            (HTTPMethod("OPTIONS"), "/auth"),
        ] {
            #expect(await status(method, path, (name, value), token) == 403)
        }
    }

    @Test(arguments: ["none", "same-origin"])
    func `what a person asks a browser for is answered`(site: String) async {
        #expect(await status(.get, "/livez", ("Sec-Fetch-Site", site)) == 200)
    }

    @Test func `two Authorization fields are none`() async {
        let right = ("Authorization", "Bearer s3cret")
        #expect(await status(.post, "/auth", right, right) == 400)
    }

    @Test func `401 names the scheme, 400 does not`() async {
        let elsewhere = await router.respond(to: HTTPRequest(.post, "/echo"))
        #expect(elsewhere.headers.contains { $0.name == "WWW-Authenticate" && $0.value == "Bearer" })
        let auth = await router.respond(to: HTTPRequest(.post, "/auth"))
        #expect(auth.headers.isEmpty)
        #expect(String(decoding: auth.body, as: UTF8.self) == "{\"detail\":\"Bearer token missing or wrong\"}")
    }

    @Test func `the body limit holds in process too`() async {
        let router = Router([.echo])
        let largest = HTTPRequest(.post, "/echo", body: Array(repeating: 0x78, count: 65_536))
        let larger = HTTPRequest(.post, "/echo", body: Array(repeating: 0x78, count: 65_537))
        #expect(await router.respond(to: largest).status == 200)
        #expect(await router.respond(to: larger).status == 413)
    }

    @Test func `a token is never printed`() throws {
        let token = try #require(BearerToken("s3cret"))
        let settings = HTTPSettings(token: token)
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(token)", String(reflecting: token), "\(settings)", dumped] { #expect(!text.contains("s3cret")) }
    }

    @Test(arguments: ["", " ", "a b", "tab\t", "line\n", "müller", "\u{0}"])
    func `what no client could send is no token`(text: String) {
        #expect(BearerToken(text) == nil)
    }

    @Test func `problems are answered as FastAPI does`() {
        let response = HTTPResponse.invalid([
            ValidationProblem(location: ["body", "username"], message: "Field required", type: "missing"),
            ValidationProblem(location: ["body", "remote_ip"], message: "not an address", type: "ip_any_address"),
        ])
        #expect(response.status == 422)
        #expect(response.contentType == "application/json")
        let expected =
            #"{"detail":[{"loc":["body","username"],"msg":"Field required","type":"missing"},"#
            + #"{"loc":["body","remote_ip"],"msg":"not an address","type":"ip_any_address"}]}"#
        #expect(String(decoding: response.body, as: UTF8.self) == expected)
    }
}
