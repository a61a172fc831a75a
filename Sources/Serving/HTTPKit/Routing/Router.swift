/// Finds the route of a request, refuses what has none or no token, and holds the settings in force.
///
/// The routes stay as they were made; the settings can be replaced at any time, as one.
public final class Router: Sendable {
    /// What ``admit(_:_:_:)`` decides from a head alone.
    enum Admission {
        case admitted(Route)
        case refused(HTTPResponse)
    }

    private let routes: [String: [Route]]
    private let inForce: HTTPSettingsInForce
    private let tokenRefused: @Sendable (_ path: String, _ isMissing: Bool) -> Void

    /// A router of which only the routes matter, and who may use them; of two routes with the same method and path the first
    /// counts.
    ///
    /// - Parameter token: What clients must send on routes that are not ``Route/Access/open``; nil: nobody is asked.
    public convenience init(_ routes: [Route], limits: HTTPLimits = HTTPLimits(), token: BearerToken? = nil) {
        self.init(routes, settings: HTTPSettings(limits: limits, token: token))
    }

    /// The same with settings that are replaced at any time.
    ///
    /// - Parameter tokenRefused: Told of each request that was refused for its token: the route's path, and whether there
    ///   was no token at all. Must be quick.
    package convenience init(
        _ routes: [Route], settings: HTTPSettings,
        tokenRefused: @escaping @Sendable (_ path: String, _ isMissing: Bool) -> Void = { _, _ in }
    ) {
        self.init(routes, following: HTTPSettingsInForce(settings), tokenRefused: tokenRefused)
    }

    /// Makes a router whose settings others replace, too.
    ///
    /// - Parameters:
    ///   - inForce: Where the settings are; asked for each request.
    ///   - tokenRefused: Told of each request that was refused for its token, as above.
    package init(
        _ routes: [Route], following inForce: HTTPSettingsInForce,
        tokenRefused: @escaping @Sendable (_ path: String, _ isMissing: Bool) -> Void = { _, _ in }
    ) {
        self.routes = Dictionary(grouping: routes, by: \.path)
        self.inForce = inForce
        self.tokenRefused = tokenRefused
    }

    /// What is in force. Setting it takes effect with the next request.
    package var settings: HTTPSettings {
        get { inForce.current }
        set { inForce.current = newValue }
    }

    /// Answers a request in process, with no socket: routes, token and body limit as the server has them, but none of
    /// its deadlines and no in-flight limit.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let settings = settings
        switch admit(request.method, request.path, request.headers, settings) {
        case .refused(let response):
            return response
        case .admitted(let route):
            guard request.body.count <= settings.limits.maxBody else { return .failure(413) }
            return await route.handler(request)
        }
    }

    /// The label in metrics of what has no route.
    static let unknownLabel = "unknown"

    /// The label of a path in metrics: the path itself if there is a route for it.
    func label(of path: String) -> String { routes[path] == nil ? Self.unknownLabel : path }

    /// Decides by method, path and token; the checks that need a connection are the server's.
    ///
    /// What a page of another site has a browser send (the Fetch standard's Origin, Sec-Fetch-Site) is refused whatever it
    /// asks for: a browser on this machine reaches loopback, too.
    func admit(
        _ method: HTTPMethod, _ path: String, _ fields: HTTPFields, _ settings: HTTPSettings
    ) -> Admission {
        if !fields.all("origin").isEmpty
            || fields.all("sec-fetch-site").contains(where: { $0.lowercased() == "cross-site" })
        {
            return .refused(.failure(403, "requests of web pages are refused"))
        }
        guard let candidates = routes[path] else { return .refused(.failure(404)) }
        let wanted = method == .head ? .get : method
        guard let route = candidates.first(where: { $0.method == method || $0.method == wanted }) else {
            var allowed = candidates.map(\.method.name)
            if allowed.contains("GET") { allowed.append("HEAD") }
            var response = HTTPResponse.failure(405)
            response.headers.append(("Allow", allowed.joined(separator: ", ")))
            return .refused(response)
        }
        guard case .token(let refusal) = route.access, let token = settings.token, !token.isCarried(by: fields) else {
            return .admitted(route)
        }
        tokenRefused(path, fields.all("authorization").isEmpty)
        switch refusal {
        case .badRequest:
            return .refused(.failure(400, "Bearer token missing or wrong"))
        case .unauthorized:
            var response = HTTPResponse.failure(401, "Bearer token missing or wrong")
            response.headers.append(("WWW-Authenticate", "Bearer"))
            return .refused(response)
        }
    }
}
