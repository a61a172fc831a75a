package import AuditCore

/// A file with lists and, in front, the signature over everything behind it.
///
/// It is a tar archive (``TarArchive``) of `signature`, `manifest` and the lists, in the order of their names. `manifest` says when
/// it was signed, so that no older one can be passed off as new. What is signed is a line that says what it is for, and
/// all bytes from the header of `manifest` to the end. Nothing behind the signature is looked at before that is good. The same lists, key
/// and time always make the same bytes.
package enum ListArchive {
    /// How large a file may be, in bytes.
    package static let maximumSize = 32 << 20
    private static let format = "dovecot-web-auth lists 1"
    private static let (signatureName, manifestName) = ("signature", "manifest")
    /// Milliseconds since 1970, up to the year 2223: what a header can hold.
    private static let times: ClosedRange<Int64> = 0...8_000_000_000_000

    /// Writes lists with a signature.
    ///
    /// - Parameter time: When they are signed; a later set has to have a later one.
    package static func write(_ files: [ListSet.File], at time: Timestamp, by key: ListSigningKey) -> [UInt8] {
        precondition(times.contains(time.milliseconds), "a time that a header can hold")
        let seconds = time.milliseconds / 1000
        let signed = TarArchive.write(members(of: ListSet(files), manifest(time), modified: seconds))
        let words = signature(by: key.publicKey, key.sign(message(signed[...])))
        var bytes: [UInt8] = []
        TarArchive.append(member(signatureName, words, modified: seconds), to: &bytes)
        return bytes + signed
    }

    /// Writes lists that nobody has signed.
    package static func write(unsigned set: ListSet) -> [UInt8] {
        TarArchive.write(members(of: set, manifest(nil), modified: 0))
    }

    /// Reads what was written.
    ///
    /// - Parameter keys: One of which has to have signed it; nil: whoever has, or nobody.
    /// - Throws: ``ListSourceError`` `untrusted` or `malformed`.
    /// - Complexity: Linear; the signature is looked at first.
    package static func read(_ bytes: [UInt8], trusting keys: [ListPublicKey]?) throws(ListSourceError) -> ListSet {
        guard bytes.count <= maximumSize else { throw ListSourceError(.malformed, "more than \(maximumSize) bytes") }
        var rest = bytes[...]
        let first: TarArchive.Member
        do { first = try TarArchive.next(&rest, of: bytes[...]) } catch {
            throw ListSourceError(.malformed, "is not a file that lists sign has written")
        }
        guard first.name == signatureName else {
            guard keys == nil else { throw ListSourceError(.untrusted, "is not signed") }
            return try read(bytes[...], signer: nil)
        }
        guard let (signer, signature) = signature(first.bytes) else {
            throw ListSourceError(.malformed, "its signature is not written as lists sign writes it")
        }
        if let keys, !keys.contains(signer) {
            throw ListSourceError(.untrusted, "is signed by \(signer), which is none of lists.public_key")
        }
        guard signer.verifies(signature, of: message(rest)) else {
            throw ListSourceError(
                .untrusted, "its signature by \(signer) does not fit: it was changed on the way, or is cut off")
        }
        let set = try read(rest, signer: signer)
        guard let signed = set.signed, first.modified == signed.milliseconds / 1000 else {
            throw ListSourceError(.malformed, "is signed, and does not say when")
        }
        return set
    }

    private static func read(_ bytes: ArraySlice<UInt8>, signer: ListPublicKey?) throws(ListSourceError) -> ListSet {
        let members = try TarArchive.read(bytes, atMost: ListKey.all.count + 1)
        guard let first = members.first, first.name == manifestName, let (signed, seconds) = time(first.bytes),
            (signed == nil) == (signer == nil)
        else { throw ListSourceError(.malformed, "its manifest is not written as lists sign writes it") }
        var files: [ListSet.File] = []
        var before = ""
        for member in members.dropFirst() {
            guard let list = ListKey(fileName: member.name) else {
                throw ListSourceError(.malformed, "\(member.name) is the name of no list")
            }
            guard member.name > before else { throw ListSourceError(.malformed, "\(member.name) is out of order") }
            before = member.name
            files.append(ListSet.File(list, Array(member.bytes)))
        }
        guard members.allSatisfy({ $0.modified == seconds }) else {
            throw ListSourceError(.malformed, "its files are of another time than its manifest")
        }
        guard !files.isEmpty else { throw ListSourceError(.malformed, "holds no list") }
        return ListSet(files, signed: signed, signer: signer)
    }

    private static func members(of set: ListSet, _ manifest: String, modified: Int64) -> [TarArchive.Member] {
        [member(manifestName, manifest, modified: modified)]
            + set.files.map {
                TarArchive.Member(name: $0.list.fileName, bytes: $0.bytes[...], modified: modified)
            }
    }

    private static func member(_ name: String, _ text: String, modified: Int64) -> TarArchive.Member {
        TarArchive.Member(name: name, bytes: Array(text.utf8)[...], modified: modified)
    }

    private static func manifest(_ time: Timestamp?) -> String {
        "\(format)\n" + (time.map { "signed \($0)\n" } ?? "unsigned\n")
    }

    /// When a manifest says that it was signed, and what its files have to say of it.
    private static func time(_ manifest: ArraySlice<UInt8>) -> (signed: Timestamp?, seconds: Int64)? {
        guard manifest.count < 100, let text = String(validating: manifest, as: UTF8.self) else { return nil }
        if text == Self.manifest(nil) { return (nil, 0) }
        let prefix = "\(format)\nsigned "
        guard text.hasPrefix(prefix), let time = Timestamp(sqlText: text.dropFirst(prefix.count).dropLast()),
            times.contains(time.milliseconds), text == Self.manifest(time)
        else { return nil }
        return (time, time.milliseconds / 1000)
    }

    private static func signature(by key: ListPublicKey, _ signature: [UInt8]) -> String {
        "\(format)\nkey \(key)\nsignature \(ListPublicKey.encoded(signature))\n"
    }

    private static func signature(_ bytes: ArraySlice<UInt8>) -> (signer: ListPublicKey, signature: [UInt8])? {
        guard bytes.count < 400, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[1].hasPrefix("key "), lines[2].hasPrefix("signature "),
            let signer = ListPublicKey(String(lines[1].dropFirst(4))),
            let signature = ListPublicKey.decoded(
                lines[2].dropFirst("signature ".count), ListPublicKey.signatureLength),
            text == Self.signature(by: signer, signature)
        else { return nil }
        return (signer, signature)
    }

    /// What is signed: so a signature for lists is good for nothing else.
    private static func message(_ bytes: ArraySlice<UInt8>) -> [UInt8] { Array("\(format)\n".utf8) + bytes }
}
