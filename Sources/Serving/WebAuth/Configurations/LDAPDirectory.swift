import AppPasswordCore
import LDAPDirectory
import Settings

extension LDAPDirectory.Configuration {
    /// The settings of `[ldap]`; as many connections as the database has, since a login asks both side by side.
    init(_ settings: Settings.LDAP, pool: Int) {
        if let uri = settings.uri {
            self.init(uri: uri, baseDN: settings.baseDN)
        } else {
            self.init(host: settings.host, port: UInt16(clamping: settings.port), baseDN: settings.baseDN)
        }
        startsTLS = settings.startsTLS
        certificateAuthority = settings.certificateAuthority?.resolved
        bindDN = settings.bindDN
        if let password = settings.password { bindPassword = password }
        filter = settings.filter
        disabledShells = Set(settings.disabledShells)
        disabledHomes = Set(settings.disabledHomes)
        timeout = settings.timeout
        cacheLifetime = settings.cacheTTL
        poolSize = pool
    }
}
