import AppPasswordCore
import AuditCore
import Foundation
import HTTPKit
import Logging
import Testing

@testable import WebAuth

/// The description for machines, against the routes and the table of outcomes.
struct OpenAPITests {
    private static func operations() throws -> [String: [String: [String: Any]]] {
        let document = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json)) as? [String: Any]
        return try #require(document?["paths"] as? [String: [String: [String: Any]]])
    }

    private static func codes(_ path: String) throws -> Set<Int> {
        let operation = try #require(try operations()[path]?.values.first)
        return Set(try #require(operation["responses"] as? [String: Any]).keys.compactMap { Int($0) })
    }

    private let endpoints = Endpoints(
        logins: LoginEndpoints(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { Timestamp(milliseconds: 0) },
            failures: FailureRecorder(trail: AuditTrail { _ in }), parts: { preconditionFailure("nobody logs in") }),
        reload: { _ in .refused([], nil) }, readiness: { Readiness(isReady: true, lines: []) }, metrics: { "" },
        version: { RunningVersion(version: "", commit: "", settings: "", lists: "", reloaded: "") })

    @Test func `every route is described, and nothing else`() throws {
        let described = try Self.operations().flatMap { path, methods in methods.keys.map { "\($0) \(path)" } }
        let routes = endpoints.routes.map { "\($0.method.name.lowercased()) \($0.path)" }
        #expect(described.sorted() == routes.sorted())
    }

    @Test func `who wants a token says so, and how it is refused`() throws {
        for route in endpoints.routes {
            let operation = try #require(try Self.operations()[route.path]?.values.first)
            let isOpen = (operation["security"] as? [Any])?.isEmpty ?? false
            switch route.access {
            case .open: #expect(isOpen, "\(route.path)")
            case .token(.badRequest): #expect(try !isOpen && Self.codes(route.path).contains(400), "\(route.path)")
            case .token(.unauthorized): #expect(try !isOpen && Self.codes(route.path).contains(401), "\(route.path)")
            }
        }
    }

    /// What the server says besides: a token that is missing, a body that is too large, or none of ours.
    private let besides: Set<Int> = [400, 413, 422]

    @Test func `the codes of logins are those of the table of outcomes`() throws {
        let refusals = [PassdbOutcome.userDisabled, .expired, .mismatch].map { AnswerChoices(unwelcome: $0) }
        let successes = [PassdbOutcome.ok, .next, .userUnknown].map { AnswerChoices(goesOn: $0) }
        func codes(_ isAsked: (LoginOutcome) -> Bool) -> Set<Int> {
            Set(
                LoginOutcome.all.filter(isAsked).flatMap { outcome in
                    (refusals + successes).map { outcome.row($0).answer.rawValue }
                })
        }
        let judged = codes { outcome in
            switch outcome {
            case .success(nil), .unknownEverywhere, .denied, .undecided: true
            default: false
            }
        }
        let checked = codes { $0 != .success(passwordID: nil) && $0 != .unknownEverywhere }
        #expect(try Self.codes("/auth") == checked.union(besides))
        #expect(try Self.codes("/audit") == judged.union(besides))
    }
}
