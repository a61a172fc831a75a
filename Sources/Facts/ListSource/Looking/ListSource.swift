package import AuditCore
internal import Locks

/// Looks at where lists come from, and says whether there are others than those in force.
///
/// Its methods wait for disk and network, up to ``Configuration/deadline``: they are for a thread of their own.
package final class ListSource: Sendable {
    /// Where to look, and whom to believe.
    package struct Configuration: Sendable, Hashable {
        /// Where the lists come from.
        package var place: ListPlace
        /// Who may have signed them; empty: nobody has to have, which is not enough for a URL.
        package var keys: [ListPublicKey] = []
        /// PEM file of the authorities of the web server; nil: the system's.
        package var authority: String?
        /// What a download may take as a whole.
        package var deadline = Duration.seconds(10)
        /// What web servers are told that we are.
        package var userAgent = "dovecot-web-auth"

        /// Asks there, with the defaults for the rest.
        package init(_ place: ListPlace) { self.place = place }
    }

    /// What came of a look.
    package enum Finding: Sendable {
        /// The lists in force are what the source has.
        case same
        /// It has others, good as far as can be told without reading them line by line.
        case others(Candidate)
    }

    /// Lists that may come into force.
    package struct Candidate: Sendable {
        /// The lists.
        package var set: ListSet
        /// The file to keep them as.
        package var file: [UInt8]
        fileprivate var validators = ListDownload.Validators()
    }

    /// How far ahead the clock may be of whoever signs.
    private static let clockDifference = Duration.seconds(600)

    /// Where to ask, and within which bounds.
    package let configuration: Configuration
    /// What the server said of the lists in force, and which these are.
    private let known = Mutex<(digest: String, validators: ListDownload.Validators)?>(nil)

    /// Lists in force that could not be kept yet, as a file.
    private let waiting = Mutex<[UInt8]?>(nil)

    /// Knows of no lists yet, so that the first answer counts as new.
    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Lists in force that are still to be kept, as a file; nil: they are kept.
    package var unkept: [UInt8]? {
        get { waiting.withLock { $0 } }
        set { waiting.withLock { $0 = newValue } }
    }

    /// What is in force stays so, though it comes from elsewhere now.
    package func takeOver(from old: ListSource) { unkept = old.unkept }

    /// Looks whether the source has other lists than those in force.
    ///
    /// - Parameters:
    ///   - inForce: What must not be gone behind; nil if there is nothing yet.
    ///   - now: For signatures of the future.
    /// - Throws: ``ListSourceError`` if that cannot be found out, or what is there cannot be trusted or read.
    package func look(besides inForce: ListSet?, at now: Timestamp) throws(ListSourceError) -> Finding {
        let candidate: Candidate
        switch configuration.place {
        case .directory(let path):
            let set = try ListDirectory.read(path)
            candidate = Candidate(set: set, file: ListArchive.write(unsigned: set))
        case .file(let path):
            let bytes = try BoundedFile.read(path, limit: ListArchive.maximumSize)
            candidate = Candidate(set: try read(bytes, path.visible()), file: bytes)
        case .url(let url):
            let download = ListDownload(
                url: url, authority: configuration.authority, userAgent: configuration.userAgent)
            let validators = known.withLock { $0 }.flatMap { $0.digest == inForce?.digest ? $0.validators : nil }
            guard
                let (bytes, fresh) = try download.get(
                    unless: validators ?? ListDownload.Validators(), limit: ListArchive.maximumSize,
                    within: configuration.deadline)
            else { return .same }
            candidate = Candidate(set: try read(bytes, url), file: bytes, validators: fresh)
        }
        guard candidate.set != inForce else {
            taken(candidate)
            return .same
        }
        try checkTime(of: candidate.set, after: inForce, at: now)
        return .others(candidate)
    }

    /// Notes that these are in force now.
    package func taken(_ candidate: Candidate) {
        known.withLock { $0 = (candidate.set.digest, candidate.validators) }
    }

    /// Whose signatures are looked for: nil if it does not matter whether there is one.
    package static func trusted(_ configuration: Configuration) -> [ListPublicKey]? {
        if case .url = configuration.place { return configuration.keys }
        return configuration.keys.isEmpty ? nil : configuration.keys
    }

    /// Whether lists may stay in force by what the settings say of signatures.
    package func trusts(_ set: ListSet) -> Bool {
        guard let keys = Self.trusted(configuration) else { return true }
        return set.signer.map { keys.contains($0) } ?? false
    }

    private func read(_ bytes: [UInt8], _ name: String) throws(ListSourceError) -> ListSet {
        do { return try ListArchive.read(bytes, trusting: Self.trusted(configuration)) } catch {
            throw ListSourceError(error.code, error.problems.map { "\(name): \($0)" })
        }
    }

    /// Lets nobody pass off an older set, nor one that would keep later ones out.
    private func checkTime(of set: ListSet, after inForce: ListSet?, at now: Timestamp) throws(ListSourceError) {
        guard let signed = set.signed else { return }
        guard signed <= now.advanced(by: Self.clockDifference) else {
            throw ListSourceError(.outOfTime, "lists.source: was signed at \(signed), which is yet to come")
        }
        guard let before = inForce?.signed, signed <= before else { return }
        let words = signed < before ? "before those in force (\(before))" : "with those in force, and differs from them"
        throw ListSourceError(
            .outOfTime, "lists.source: was signed at \(signed), \(words): sign it anew to go back to it")
    }
}
