import AuditCore
import Dispatch
import ListSource
import Logging
import Settings

/// The lists of a source at the start.
enum ListStart {
    /// Where lists come from, and what there is of them.
    struct Lists: Sendable {
        var source: ListSource
        var set: ListSet
        /// What was fetched just now and is to be kept; nil: the set was kept.
        var fresh: ListSource.Candidate?
    }

    /// The lists that were kept, else those of the source, which then has to be there: nobody is let in because nothing is known
    /// of whom to refuse.
    ///
    /// - Returns: nil if the settings name no source.
    static func lists(_ settings: Settings, _ logger: Logger) async throws(SetupFailure) -> Lists? {
        guard let configuration = ListSource.Configuration(settings) else { return nil }
        let source = ListSource(configuration)
        do throws(ListSourceError) {
            let kept = try KeptLists.read(
                in: settings.server.stateDirectory, trusting: ListSource.trusted(configuration))
            if let kept { return Lists(source: source, set: kept) }
        } catch {
            logger.error("the lists that were kept cannot be used", metadata: ["problem": "\(error)"])
        }
        switch await source.lookAside(at: .now) {
        case .success(.others(let candidate)): return Lists(source: source, set: candidate.set, fresh: candidate)
        case .success(.same): throw failure(["no answer"])
        case .failure(let error): throw failure(error.problems)
        }
    }

    /// Takes what was fetched into use, if all of it is good.
    ///
    /// - Parameter problems: Bad lines.
    static func keep(
        _ lists: Lists, _ problems: [String], in directory: String, _ logger: Logger
    ) throws(SetupFailure) {
        guard let fresh = lists.fresh else { return }
        let bad = problems.filter(ListInputs.isOfSource)
        guard bad.isEmpty else { throw failure(bad) }
        lists.source.taken(fresh, keepingIn: directory, logger)
    }

    private static func failure(_ problems: [String]) -> SetupFailure {
        SetupFailure(
            ["lists.source: there are no lists yet, and these cannot be had:"] + problems, exitCode: .unavailable)
    }
}

extension ListSource {
    /// Looks what there is, on a thread of its own: that may take as long as a download may.
    ///
    /// - Parameters:
    ///   - inForce: What must not be gone behind; nil if there is nothing yet.
    ///   - now: For signatures of the future.
    func lookAside(besides inForce: ListSet? = nil, at now: Timestamp) async -> Result<Finding, ListSourceError> {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "lists").async {
                do throws(ListSourceError) {
                    continuation.resume(returning: .success(try self.look(besides: inForce, at: now)))
                } catch { continuation.resume(returning: .failure(error)) }
            }
        }
    }

    /// Notes that lists are in force now, and keeps them for the next start.
    func taken(_ candidate: Candidate, keepingIn directory: String, _ logger: Logger) {
        taken(candidate)
        unkept = candidate.file
        keepAgain(in: directory, logger, isFirst: true)
    }

    /// Keeps the lists in force, if they could not be kept before.
    func keepAgain(in directory: String, _ logger: Logger, isFirst: Bool = false) {
        guard let file = unkept else { return }
        do throws(ListSourceError) {
            try KeptLists.write(file, in: directory)
            unkept = nil
            if !isFirst { logger.notice("lists that could not be kept are kept now") }
        } catch {
            guard isFirst else { return }  // it was said, and is tried at each look
            logger.error(
                "lists could not be kept; a start takes those before, until it has looked at the source",
                metadata: ["problem": "\(error)"])
        }
    }
}
