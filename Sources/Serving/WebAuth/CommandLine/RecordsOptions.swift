import ArgumentParser
import AuditCore
import JournalReader
package import Report
import Settings

/// Where a verb reads records from: the journal, unless told otherwise.
struct RecordsOptions: ParsableArguments {
    @Flag(help: "Read this machine's journal, as report, replay and suggest do unless told otherwise.")
    var journal = false
    @Option(help: "A journal file to read in place of this machine's journal; may be repeated.")
    var file: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: "jsonl files, as they are or packed by gzip, in place of the journal, - for standard input.")
    var jsonl: [String] = []
    @Option(help: "The journal's namespace to read (LogNamespace= of the service).")
    var namespace: String?

    func validate() throws {
        if [journal, !file.isEmpty, !jsonl.isEmpty, namespace != nil].count(where: { $0 }) > 1 {
            throw ValidationError("--journal, --file, --jsonl and --namespace exclude each other")
        }
    }

    /// Opens what was named.
    ///
    /// - Parameter hasFacts: Whether what was known of addresses is read as well.
    func open(since: Timestamp?, until: Timestamp, hasFacts: Bool) throws(SetupFailure) -> any RecordInput {
        // What is written while we read is not of the future.
        let horizon = Timestamp.now.advanced(by: .seconds(60))
        if !jsonl.isEmpty { return ReadAhead(JSONLinesInput(paths: jsonl, horizon: horizon)) }
        let source: JournalReader.Source =
            file.isEmpty ? namespace.map(JournalReader.Source.namespace) ?? .machine : .files(file)
        return ReadAhead(try JournalInput(source, since: since, until: until, hasFacts: hasFacts))
    }

    /// `24h` before now, or a time in UTC.
    static func time(_ text: String, _ option: String, before now: Timestamp) throws -> Timestamp {
        if let age = Duration(quantity: text) { return now.advanced(by: .zero - age) }
        if let time = Timestamp(rfc3339: text.utf8.count == 10 ? text + " 00:00:00" : text) { return time }
        throw ValidationError("\(option): 24h, 2026-11-23 or 2026-11-23T17:15:00Z is expected")
    }
}

extension ReportFormat: ExpressibleByArgument {}
