internal import Foundation

extension Settings {
    /// `[lists]`: lists that come from elsewhere, for many servers alike.
    package struct Lists: Sendable {
        /// Where lists come from.
        package enum Source: Sendable, Hashable {
            /// A directory with a file for each list, as an absolute path.
            case directory(String)
            /// A file that `lists sign` has written, as an absolute path.
            case file(String)
            /// Such a file on a web server: a URL that begins with `https://`.
            case url(String)
        }

        /// Where lists come from; nil: they are the files of `[audit.lists]` alone.
        package var source: Source?
        /// How often the source is looked at, give or take a tenth; 5 minutes.
        package var poll = Duration.seconds(300)
        /// Whose signatures are believed: `ed25519:` and base64 each. None for a directory, one at least for a URL.
        package var publicKeys: [String] = []
        /// The authority that the web server's certificate is checked against; nil: the system's.
        package var certificateAuthority: SettingsPath?

        /// None.
        package init() {}

        init(reading table: TableReader) {
            source = table.parsed(
                "source", default: source, wants: "file:///DIRECTORY, file:///FILE.tar or https://HOST/FILE"
            ) { Self.source($0).map(Optional.some) }
            poll = table.duration("poll", default: poll, atLeast: .seconds(1), atMost: .seconds(86_400))
            var hasKey = false
            publicKeys = table.elements(
                "public_key", wants: "a key as lists keys prints it, ed25519:… of 52 characters", takesOne: true
            ) {
                hasKey = true
                return Self.isKey($0) ? $0 : nil
            }
            certificateAuthority = table.path("ca", mustExist: true)
            table.finish()
            switch source {
            case .url:
                // One that is none has been named already.
                if !hasKey {
                    table.problem("source", "needs lists.public_key: lists from a web server have to be signed")
                }
            case .directory:
                if !publicKeys.isEmpty {
                    table.problem(
                        "public_key", "cannot be looked for in a directory: name the file that lists sign has written")
                }
            case .file, nil: break
            }
            if source == nil {
                for key in ["poll", "public_key", "ca"] where table.isSet(key) {
                    table.warning(key, "is not used without lists.source")
                }
            }
        }

        /// `file:///srv/lists`, `file:///srv/lists.tar`, `https://lists.example.org/lists.tar`.
        private static func source(_ text: String) -> Source? {
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
            if text.hasPrefix("file:///") {
                let path = String(text.dropFirst("file://".count))
                return path.hasSuffix(".tar") ? .file(path) : .directory(path)
            }
            guard text.hasPrefix("https://"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
            let rest = text.dropFirst("https://".count)
            guard HostAndPort(String(rest.prefix { $0 != "/" }), defaultPort: 443) != nil, rest.contains("/"),
                !rest.contains("#"), URL(string: text) != nil
            else { return nil }
            return .url(text)
        }

        /// Whether a text is written as a public key is.
        private static func isKey(_ text: String) -> Bool {
            let scheme = "ed25519:"
            guard text.hasPrefix(scheme), let bytes = Data(base64Encoded: String(text.dropFirst(scheme.count))) else {
                return false
            }
            return bytes.count == 32 && scheme + bytes.base64EncodedString() == text
        }
    }
}
