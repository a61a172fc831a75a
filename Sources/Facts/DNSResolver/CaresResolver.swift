package import AuditCore
internal import Foundation

/// A DNS client: PTR and TXT records by c-ares, names of the hosts file first.
///
/// One thread of its own asks all questions; it ends, and what waits is answered, when this object goes. Changes of
/// `/etc/resolv.conf` and of the hosts file are seen by a new resolver only.
package final class CaresResolver: Lookup, NameSource, TXTResolver {
    private let configuration: DNSConfiguration
    private let hosts: HostsFile
    private let queue: QuestionQueue

    /// Reads the hosts file and `/etc/resolv.conf`, and starts the thread.
    ///
    /// Each server gets two tries; of `resolv.conf` the servers and `rotate` are honoured, its times not.
    /// - Throws: ``LookupError`` if a server is no address, or the process is out of descriptors.
    package init(_ configuration: DNSConfiguration = DNSConfiguration()) throws(LookupError) {
        guard let queue = QuestionQueue(most: configuration.mostQuestions) else {
            throw LookupError(.overloaded, detail: "no descriptor left")
        }
        let channel = try CaresChannel(configuration, queue: queue)
        self.configuration = configuration
        self.queue = queue
        hosts = HostsFile(path: configuration.hostsFile)
        let thread = Thread { channel.run() }
        thread.name = "dns"
        thread.start()
    }

    deinit {
        for question in queue.end() { question.finish(.unavailable(LookupError(.unreachable, detail: "closed"))) }
    }

    /// Finds the names of an address: the one in the hosts file, else those of its PTR records, CNAMEs followed.
    ///
    /// - Returns: ASCII in any case, without final dot; what is no visible ASCII is written as `\DDD` (RFC 1035
    ///   section 5.1).
    ///   `.absent` for NXDOMAIN, no data and the root; `.unavailable` with ``LookupError/Code/timedOut``,
    ///   ``LookupError/Code/serverFailure``, ``LookupError/Code/refused``, ``LookupError/Code/malformed``,
    ///   ``LookupError/Code/unreachable`` or ``LookupError/Code/overloaded``. Only a single configured server is quoted;
    ///   of several each is asked in turn, and if all fail or refuse the answer is ``LookupError/Code/unreachable``.
    /// - Complexity: One question, over within `timeout`, or at once when the task is cancelled.
    package func fact(about address: IPAddress) async -> Sourced<PTRNames> {
        if let atHand = factAtHand(about: address) { return atHand }
        return Sourced(await answer(about: address).fact, source: .dns)
    }

    /// Asks DNS for the names of an address: as ``fact(about:)``, without the hosts file.
    package func answer(about address: IPAddress) async -> NameAnswer {
        switch await answer(DNSName(reverseOf: address), .ptr) {
        case .known(let bytes):
            do throws(DNSMessage.Malformed) {
                let (pointers, seconds) = try DNSMessage(bytes).pointers()
                let names = PTRNames(pointers.map(\.description))
                return NameAnswer(names.map { .known($0) } ?? .absent, lifetime: .seconds(seconds))
            } catch {
                return NameAnswer(.unavailable(LookupError(.malformed)), lifetime: .zero)
            }
        case .absent: return NameAnswer(.absent, lifetime: .zero)
        case .unavailable(let error): return NameAnswer(.unavailable(error), lifetime: .zero)
        }
    }

    /// The name in the hosts file.
    package func fixedName(of address: IPAddress) -> PTRNames? { hosts.name(of: address).map { PTRNames($0) } }

    /// The name in the hosts file.
    package func factAtHand(about address: IPAddress) -> Sourced<PTRNames>? {
        fixedName(of: address).map { Sourced(.known($0), source: .dns) }
    }

    /// Finds the TXT records of a name; see ``TXTResolver``.
    package func texts(of name: String) async -> Fact<[[UInt8]]> {
        let name = DNSName(text: name)
        guard name.isPlain else { return .unavailable(LookupError(.malformed, detail: "not a name to ask for")) }
        switch await answer(name, .txt) {
        case .known(let bytes):
            do throws(DNSMessage.Malformed) {
                let texts = try DNSMessage(bytes).texts()
                return texts.isEmpty ? .absent : .known(texts)
            } catch {
                return .unavailable(LookupError(.malformed))
            }
        case .absent: return .absent
        case .unavailable(let error): return .unavailable(error)
        }
    }

    /// Asks one question.
    private func answer(_ name: DNSName, _ type: Question.RecordType) async -> Fact<[UInt8]> {
        let question = Question(name, type, deadline: .now + configuration.timeout)
        guard queue.add(question) else { return .unavailable(LookupError(.overloaded)) }
        return await withTaskCancellationHandler {
            await question.answer()
        } onCancel: {
            question.finish(.unavailable(LookupError(.timedOut, detail: "cancelled")))
        }
    }
}
