import AuditCore
import HTTPKit
import PrometheusMetrics
import Replay
import StrictJSON

/// The routes of the service.
struct Endpoints: Sendable {
    let logins: LoginEndpoints
    let reload: @Sendable (ReloadRequest) async -> ReloadOutcome
    let readiness: @Sendable () async -> Readiness
    /// The text of `/metrics`.
    let metrics: @Sendable () async -> String
    let version: @Sendable () -> RunningVersion

    /// The page that says no more than that requests are answered.
    static let alivePath = "/livez"

    /// All routes.
    var routes: [Route] {
        logins.routes + [
            Route(.post, "/reload") { await answerReload($0) },
            Route(.get, Self.alivePath, access: .open, load: .exempt) { _ in .text(200, "ok\n") },
            Route(.get, "/readyz", access: .open, load: .exempt) { _ in await answerReadiness() },
            Route(.get, "/metrics", load: .exempt) { _ in
                HTTPResponse(
                    200, contentType: PrometheusRegistry.contentType, body: Array(await metrics().utf8))
            },
            Route(.get, "/version", load: .exempt) { _ in .json(200, version().json) },
            Route(.get, "/openapi.json", load: .exempt) { _ in
                HTTPResponse(200, contentType: "application/json", body: PackageResources.openapi_json)
            },
        ]
    }

    private func answerReload(_ request: HTTPRequest) async -> HTTPResponse {
        let isForced: Bool
        switch request.query.flatMap({ $0.isEmpty ? nil : $0 }) {
        case nil, "force=0": isForced = false
        case "force=1": isForced = true
        default:
            return .json(422, JSONText { $0.member("detail", "/reload takes force=1, and nothing else") })
        }
        switch await reload(.http(from: request.remoteAddress, isForced: isForced)) {
        case .reloaded(let counts, let restartNeeded, let notes):
            return .json(
                200,
                JSONText { object in
                    object.member("status", "reloaded")
                    object.object("lists") { lists in
                        for (list, entries) in counts { lists.member(list.description, entries) }
                    }
                    object.array("restart_needed", restartNeeded)
                    if !notes.isEmpty { object.array("notes", notes) }
                })
        case .refused(let problems, let blast):
            return .json(
                409,
                JSONText { object in
                    object.member("status", "refused")
                    object.array("problems", problems)
                    guard let blast else { return }
                    object.object("newly_refused") { newly in
                        newly.member("users", blast.users)
                        newly.member("known_users", blast.knownUsers)
                        newly.array("lines", blast.lines.prefix(Blast.shownLines)) { line, object in
                            object.member("rule", line.rule)
                            if let list = line.list { object.member("list", list.description) }
                            object.member("users", line.users)
                        }
                    }
                })
        }
    }

    private func answerReadiness() async -> HTTPResponse {
        let report = await readiness()
        return .text(report.isReady ? 200 : 503, report.lines.map { $0 + "\n" }.joined())
    }
}
