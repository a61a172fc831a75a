import ArgumentParser
import AuditCore
import Foundation
import ListSource
import PythonRegex
import Settings

/// `lists keys`: a pair of keys for signing lists.
struct ListKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make a key that signs lists, and print the public one that belongs to it.",
        discussion: """
            The secret key is written to a new file that its owner alone can read: keep it where lists are made, not on mail \
            servers. What is printed goes into lists.public_key there. With --show nothing is made: the public key of one that is \
            there is printed.

            Example: web-auth-server lists keys lists.key
            """)

    @Flag(help: "Print the public key of a file that is there.")
    var show = false
    @Argument(help: "The file of the secret key.")
    var file: String

    func run() async throws {
        let key = show ? try ListSigningKey.read(file) : ListSigningKey()
        if !show {
            do throws(ListSourceError) {
                try PrivateFile.write(Array(key.text.utf8), to: file, replacing: false)
            } catch { throw SetupFailure(error.problems, exitCode: .output) }
        }
        print(key.publicKey)
    }
}

/// `lists sign`: makes one signed file of the lists of a directory.
struct SignListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Make one signed file of the lists of a directory, for lists.source.",
        discussion: """
            Lists are called as in network_cc.deny.lst, ip_networks.watch.lst, users.allow.lst; other names that end in .lst are \
            mistakes. Each is read first, and nothing is signed if a line is bad (exit status 78). The file is a tar archive with \
            the signature in front. It says when it was signed: servers never go back to one that was signed earlier, so sign \
            old lists anew to return to them.

            Example: web-auth-server lists sign --key lists.key --output lists.tar lists/
            """)

    @Option(help: "The file of the secret key, as lists keys has made it.")
    var key: String
    @Option(help: "Where to write; replaced as a whole.")
    var output = "lists.tar"
    @Option(help: "When it is said to be signed, as 2026-11-28T08:00:00Z; now, if left out.")
    var time: String?
    @Argument(help: "The directory.")
    var directory: String

    func run() async throws {
        let key = try ListSigningKey.read(self.key)
        let moment: Timestamp? = if let time { Timestamp(rfc3339: time) } else { Timestamp.now }
        guard let moment, (0...Timestamp.now.advanced(by: .seconds(600)).milliseconds).contains(moment.milliseconds)
        else {
            throw SetupFailure(
                ["--time \(time ?? ""): no time as 2026-11-28T08:00:00Z, or one to come"], exitCode: .usage)
        }
        let set: ListSet
        do throws(ListSourceError) { set = try ListDirectory.read(directory) } catch {
            throw SetupFailure(error.problems, exitCode: .configuration)
        }
        try set.show(named: { "\(directory.hasSuffix("/") ? directory : directory + "/")\($0.fileName)" })
        let bytes = ListArchive.write(set.files, at: moment, by: key)
        guard bytes.count <= ListArchive.maximumSize else {
            throw SetupFailure(
                ["\(directory): \(bytes.count) bytes, more than \(ListArchive.maximumSize)"], exitCode: .configuration)
        }
        do { try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic) } catch {
            throw SetupFailure(["\(output): cannot be written"], exitCode: .output)
        }
        print("\(output): signed \(moment) by \(key.publicKey)")
        print("lists \(set.digest)")
    }
}

/// `lists verify`: says what is in a signed file, and whether a key has signed it.
struct VerifyListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the signature of a file that lists sign has written, and say what is in it.",
        discussion: """
            Exit status 78 if none of the keys has signed it, if it is not whole, or if a line of a list is bad.

            Example: web-auth-server lists verify --key ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= lists.tar
            """)

    @Option(
        help: "A public key, as lists keys prints it; may be given several times. Without: those of lists.public_key.")
    var key: [String] = []
    @OptionGroup var options: ConfigOption
    @Argument(help: "The file.")
    var file: String

    func run() async throws {
        let texts = key.isEmpty ? try SettingsLocation(config: options.config).load().settings.lists.publicKeys : key
        let keys = try texts.map { text in
            guard let key = ListPublicKey(text) else {
                throw SetupFailure(["--key \(text.visible()): no public key, ed25519:…"], exitCode: .usage)
            }
            return key
        }
        let set: ListSet
        do throws(ListSourceError) {
            set = try ListArchive.read(
                try BoundedFile.read(file, limit: ListArchive.maximumSize), trusting: keys)
        } catch {
            throw SetupFailure(error.problems.map { "\(file): \($0)" }, exitCode: .configuration)
        }
        let name = (file as NSString).lastPathComponent
        try set.show(named: { "\(name)/\($0.fileName)" })
        print("\(file): signed \(set.signed.map(\.description) ?? "") by \(set.signer.map(\.description) ?? "")")
        print("lists \(set.digest)")
    }
}

extension ListSigningKey {
    /// Reads the file of a secret key.
    fileprivate static func read(_ path: String) throws(SetupFailure) -> ListSigningKey {
        do throws(ListSourceError) {
            let bytes = try BoundedFile.read(path, limit: 4096)
            if let key = ListSigningKey(text: String(decoding: bytes, as: UTF8.self)) { return key }
        } catch { throw SetupFailure(error.problems, exitCode: .configuration) }
        throw SetupFailure(["\(path): no secret key as lists keys writes it"], exitCode: .configuration)
    }
}

extension ListSet {
    /// Prints how many entries each list has, and notes.
    ///
    /// - Throws: ``SetupFailure`` with every bad line.
    fileprivate func show(named name: (ListKey) -> String) throws(SetupFailure) {
        var problems: [String] = []
        for file in files {
            let inspection = ListInspection(
                DenyListFile(name: name(file.list), bytes: file.bytes), as: file.list.kind, engine: PCRE2PatternEngine()
            )
            print("\(file.list): \(inspection.summary)")
            for note in inspection.notes { print("note: \(note)") }
            for note in inspection.endings.notes(at: .now) { print("note: \(note)") }
            problems += inspection.problems.map(\.description)
        }
        guard problems.isEmpty else { throw SetupFailure(problems, exitCode: .configuration) }
    }
}
