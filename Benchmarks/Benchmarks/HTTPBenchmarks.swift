import Foundation
import HTTPKit
import StrictJSON

/// The body of a login as lua/auth.lua sends it.
private let authBody = Array(
    (#"{"username":"honey.craig","password":"Y29ycmVjdCBob3JzZSBiYXR0ZXJ5","service":"imap","#
        + #""remote_ip":"176.112.169.218","session":"gN3bcLYr9qGwcKna","local_ip":"192.0.2.25","protocol":"imap","#
        + #""client_id":"(\"name\" \"x\")"}"#).utf8)

private struct AuthBody: Decodable {
    var username: String
    var password: String
    var service: String
    var remote_ip: String?
}

func httpBenchmarks(_ suite: Suite) async throws {
    try suite.measure("http.parse-json.auth-body") { repeats in
        for _ in 0..<repeats {
            let value = try JSONValue(parsing: authBody)
            precondition(value["username"]?.string != nil && value["remote_ip"]?.string != nil)
        }
    }
    let (decoder, data) = (JSONDecoder(), Data(authBody))
    try suite.measure("http.parse-json.auth-body.foundation") { repeats in
        for _ in 0..<repeats {
            let body = try decoder.decode(AuthBody.self, from: data)
            precondition(body.remote_ip != nil)
        }
    }
    suite.ratio(
        "http.parse-json: ours to Foundation's", of: "http.parse-json.auth-body",
        to: "http.parse-json.auth-body.foundation", atMost: 1)
    suite.measure("http.write-json.answer") { repeats in
        for number in 0..<repeats {
            let text = JSONText {
                $0.member("status", "success")
                $0.member("password_id", number)
            }
            precondition(!text.bytes.isEmpty)
        }
    }
    let router = Router(
        [
            Route(.post, "/auth", access: .token(refusal: .badRequest)) { request in
                guard let name = try? JSONValue(parsing: request.body)["username"]?.string else {
                    return .failure(422)
                }
                return .json(200, JSONText { $0.member("status", name) })
            }
        ], settings: HTTPSettings(token: BearerToken("a-token-of-some-length")))
    let request = HTTPRequest(
        .post, "/auth",
        headers: HTTPFields([("Host", "127.0.0.1:8000"), ("Authorization", "Bearer a-token-of-some-length")]),
        body: authBody)
    await suite.measureAsync("http.respond.in-process", repeats: 20_000) { repeats in
        for _ in 0..<repeats {
            let response = await router.respond(to: request)
            precondition(response.status == 200)
        }
    }
}
