package import AuditCore

/// Lists that belong together: they come into force as one, or not at all.
package struct ListSet: Sendable, Equatable {
    /// One list.
    package struct File: Sendable, Equatable {
        /// Which.
        package var list: ListKey
        /// Its file's content.
        package var bytes: [UInt8]

        /// A list, and the bytes of its file.
        package init(_ list: ListKey, _ bytes: [UInt8]) { (self.list, self.bytes) = (list, bytes) }
    }

    /// In the order of their names, each list once.
    package let files: [File]
    /// When it was signed, which no later set may go behind; nil if nobody has signed it.
    package let signed: Timestamp?
    /// Who has signed it.
    package let signer: ListPublicKey?
    /// SHA-256 over the lists and their names, in hexadecimal digits: the same wherever the same lists are in force.
    package let digest: String

    /// Takes lists together, of which each is there once.
    package init(_ files: [File], signed: Timestamp? = nil, signer: ListPublicKey? = nil) {
        self.files = files.sorted { $0.list.fileName < $1.list.fileName }
        (self.signed, self.signer) = (signed, signer)
        digest = Self.digest(self.files)
    }

    /// What a list's file holds; nil if the set has none.
    package subscript(_ list: ListKey) -> [UInt8]? { files.first { $0.list == list }?.bytes }

    /// The digest of some lists, whatever their order.
    package static func digest(_ files: [File]) -> String {
        var digest = ContentDigest()
        for file in files.sorted(by: { $0.list.fileName < $1.list.fileName }) {
            // Nothing of one file can pass for a part of another.
            digest.update(Array("\(file.list.fileName) \(file.bytes.count)\n".utf8))
            digest.update(file.bytes)
        }
        return digest.finish()
    }
}
