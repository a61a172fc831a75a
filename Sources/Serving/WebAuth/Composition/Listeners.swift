import AuditCore
import Dispatch
import Foundation
import HTTPKit
import Logging
import Settings

/// The places where the service listens, as the settings name them, with what they need of the system read: groups,
/// certificates.
final class Listeners: Sendable {
    /// For the server.
    let all: [Listener]

    private let certificates: [(tls: ServerTLS, paths: Settings.Listener.TLS)]
    /// Where files are read while the service runs.
    private let thread = DispatchQueue(label: "certificates")

    private static let lookEvery = Duration.seconds(5)

    /// Reads everything; listens nowhere yet.
    ///
    /// - Throws: ``SetupFailure`` with every problem, each at its place in the settings.
    init(_ settings: Settings) throws(SetupFailure) {
        var problems: [String] = []
        var all: [Listener] = []
        var certificates: [(ServerTLS, Settings.Listener.TLS)] = []
        for setting in settings.server.listeners {
            var listener = Listener(Self.address(of: setting, &problems))
            if let paths = setting.tls {
                do throws(TLSFileError) {
                    let tls = try ServerTLS(TLSFiles(paths))
                    listener.tls = tls
                    certificates.append((tls, paths))
                } catch {
                    problems.append(Self.problem(error, paths))
                }
            }
            all.append(listener)
        }
        guard problems.isEmpty else { throw SetupFailure(problems, exitCode: .configuration) }
        (self.all, self.certificates) = (all, certificates)
    }

    /// A note for each certificate that has ceased to be valid, or does so within two weeks.
    func notes(at now: Timestamp) -> [String] {
        certificates.compactMap { tls, paths in
            let end = Timestamp(milliseconds: Int64(tls.validUntil) * 1000)
            if end <= now { return paths.certificate.problem("is of no use since \(end): clients refuse it") }
            let remains = Duration.milliseconds(end.milliseconds - now.milliseconds)
            return remains < .seconds(14 * 86_400) ? paths.certificate.problem("is valid until \(end) only") : nil
        }
    }

    /// Takes certificates into use when they are replaced; until the task is cancelled.
    func follow(_ logger: Logger) async {
        guard !certificates.isEmpty else { return }
        while (try? await Task.sleep(for: Self.lookEvery)) != nil {
            await withCheckedContinuation { continuation in
                thread.async {
                    self.refresh(logger)
                    continuation.resume()
                }
            }
        }
    }

    /// Takes certificates into use that were replaced. Reads files, and blocks as long as that takes.
    func refresh(_ logger: Logger) {
        for (tls, paths) in certificates {
            switch tls.refresh() {
            case .unchanged: break
            case .replaced:
                logger.notice("a certificate was replaced, and is in use", metadata: ["file": "\(paths.certificate)"])
            case .refused(let error):
                logger.error(
                    "a certificate was replaced by what cannot be used; the one before stays in use",
                    metadata: ["problem": "\(Self.problem(error, paths))"])
            }
        }
    }

    private static func problem(_ error: TLSFileError, _ paths: Settings.Listener.TLS) -> String {
        let path =
            switch error.file {
            case .certificate: paths.certificate
            case .key: paths.key
            case .clientCA: paths.clientCA ?? paths.certificate
            }
        return path.problem(error.reason)
    }

    private static func address(of setting: Settings.Listener, _ problems: inout [String]) -> ListenAddress {
        switch setting.address {
        case .tcp(let host, let port):
            return .tcp(host: host, port: port)
        case .unix(let path):
            var group: UInt32?
            if let name = setting.group {
                group = number(ofGroup: name)
                if group == nil { problems.append("\(setting.groupPlace): there is no group \"\(name)\"") }
            }
            return .unix(path: path, mode: setting.mode, group: group)
        }
    }

    /// The number of a group that the system knows, or that is one itself; nil if there is none.
    private static func number(ofGroup name: String) -> UInt32? {
        if let number = UInt32(name) { return number }
        return getgrnam(name)?.pointee.gr_gid
    }
}
