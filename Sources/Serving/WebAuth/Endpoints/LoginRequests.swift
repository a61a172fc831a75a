import AppPasswordCore
import AuditCore
import HTTPKit

/// The body of `POST /auth`.
struct AuthRequest {
    let attempt: LoginAttempt
    let password: Password

    /// Reads a body; the problems name the members that are wrong.
    static func read(_ body: [UInt8], at time: Timestamp) -> Result<AuthRequest, InvalidBody> {
        var reader = BodyReader(body, secret: "password")
        let password = Password(bytes: reader.secretBase64("password"))
        let attempt = LoginAttempt(reading: &reader, at: time)
        return reader.problems.isEmpty
            ? .success(AuthRequest(attempt: attempt, password: password)) : .failure(InvalidBody(reader.problems))
    }
}

/// The body of `POST /audit`.
struct AuditRequest {
    let attempt: LoginAttempt
    let skipPasswordCheck: Bool
    let passdbsSeenUserUnknown: Bool
    /// Dovecot looks up what is stored for a mechanism like CRAM-MD5: the client has proved nothing yet.
    let isCredentialsLookup: Bool

    /// Reads a body; the problems name the members that are wrong.
    static func read(_ body: [UInt8], at time: Timestamp) -> Result<AuditRequest, InvalidBody> {
        var reader = BodyReader(body)
        let attempt = LoginAttempt(reading: &reader, at: time)
        let request = AuditRequest(
            attempt: attempt, skipPasswordCheck: reader.flag("skip_password_check"),
            passdbsSeenUserUnknown: reader.flag("passdbs_seen_user_unknown"),
            isCredentialsLookup: reader.flag("credentials_lookup"))
        return reader.problems.isEmpty ? .success(request) : .failure(InvalidBody(reader.problems))
    }
}

/// A body that cannot be read as what was expected.
struct InvalidBody: Error {
    let problems: [ValidationProblem]
    init(_ problems: [ValidationProblem]) { self.problems = problems }
}

extension LoginAttempt {
    /// Reads the members that both requests have.
    fileprivate init(reading reader: inout BodyReader, at time: Timestamp) {
        self.init(
            login: reader.text("username"), service: reader.text("service"), address: reader.address("remote_ip"),
            time: time)
        sessionID = reader.optionalText("session")
        localIP = reader.optionalText("local_ip")
        protocolName = reader.optionalText("protocol")
        clientID = reader.optionalText("client_id")
        mechanism = reader.textUnlessEmpty("mech")
        secured = reader.textOrFlag("secured")
        masterUser = reader.textUnlessEmpty("master_user")
        realRemoteIP = reader.textUnlessEmpty("real_remote_ip")
    }
}
