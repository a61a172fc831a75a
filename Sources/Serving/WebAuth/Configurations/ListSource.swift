import ListSource
import Settings

extension ListSource.Configuration {
    /// The settings of `[lists]`; nil if there is no source.
    init?(_ settings: Settings) {
        switch settings.lists.source {
        case nil: return nil
        case .directory(let path)?: self.init(.directory(path))
        case .file(let path)?: self.init(.file(path))
        case .url(let url)?: self.init(.url(url))
        }
        keys = settings.lists.publicKeys.compactMap(ListPublicKey.init)
        authority = settings.lists.certificateAuthority?.resolved
        userAgent = "dovecot-web-auth/\(programVersion)"
    }
}
