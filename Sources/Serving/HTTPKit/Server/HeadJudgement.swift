internal import NIOHTTP1

/// What is to be done with a request whose head has arrived.
enum HeadJudgement {
    /// It cannot be told what the head means: say so, and close.
    case unreadable(RequestHead.Problem)
    /// Answer at once. The rest of the body passes by where it is sure to come and of bounded length; where the client
    /// may still send it or not (RFC 9110 section 10.1.1), or sends too much, the connection must end.
    case refused(RequestHead, HTTPResponse, mayGoOn: Bool)
    /// Read its body (after 100, if the client waits for that), then run the route's handler.
    case admitted(RequestHead, Route)

    /// Judges by route, method and token, then expectation, length and load.
    ///
    /// - Parameter hasRoom: Whether a request of this route may start now.
    init(_ received: HTTPRequestHead, _ router: Router, _ settings: HTTPSettings, hasRoom: (Route) -> Bool) {
        let head: RequestHead
        do {
            head = try RequestHead(received)
        } catch {
            self = .unreadable(error)
            return
        }
        var isTooLong = false
        if case .length(let length) = head.framing { isTooLong = length > settings.limits.maxBody }
        let mayGoOn = head.expectation == .nothing && !isTooLong
        switch router.admit(head.method, head.path, head.fields, settings) {
        case .refused(let response):
            self = .refused(head, response, mayGoOn: mayGoOn)
        case .admitted(let route):
            if head.expectation == .unknown {
                self = .refused(head, .failure(417), mayGoOn: mayGoOn)
            } else if isTooLong {
                self = .refused(head, .failure(413), mayGoOn: mayGoOn)
            } else if !hasRoom(route) {
                self = .refused(head, .failure(503), mayGoOn: mayGoOn)
            } else {
                self = .admitted(head, route)
            }
        }
    }

    /// The path asked for; nil if the head is unreadable.
    var path: String? {
        switch self {
        case .unreadable: nil
        case .refused(let head, _, _), .admitted(let head, _): head.path
        }
    }
}
