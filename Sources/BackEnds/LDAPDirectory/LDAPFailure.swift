internal import AppPasswordCore
internal import CLDAP

/// What libldap or a server answered to an operation that failed.
struct LDAPFailure: Error {
    /// A result code: negative ones are the library's own.
    let code: Int32
    /// For operators: the operation, the code's text, the server's diagnostic message.
    let detail: String

    /// Whether another server, or a fresh connection, may do better.
    var isConnectionLost: Bool {
        [
            LDAP_SERVER_DOWN, LDAP_CONNECT_ERROR, LDAP_TIMEOUT, LDAP_BUSY, LDAP_UNAVAILABLE, LDAP_LOCAL_ERROR,
            LDAP_DECODING_ERROR, LDAP_ENCODING_ERROR,
        ].contains(code)
    }

    var backendError: BackendError {
        let trouble: BackendError.Code =
            switch code {
            case LDAP_TIMEOUT, LDAP_TIMELIMIT_EXCEEDED: .timedOut
            case LDAP_BUSY: .overloaded
            case _ where isConnectionLost: .unreachable
            default: .refused
            }
        return BackendError("directory", trouble, detail: detail)
    }
}
