import AuditCore
import Base64Text
import HTTPKit
import StrictJSON

/// Reads the members of a JSON body, and collects what is wrong with them in FastAPI's words.
///
/// Nothing it reports quotes what was sent: it may be a password.
struct BodyReader {
    private let body: JSONValue
    private let secret: WipedBytes?
    private(set) var problems: [ValidationProblem] = []

    /// Parses a body.
    ///
    /// - Parameter secret: The member that ``secretBase64(_:)`` reads; its text is in no string.
    init(_ bytes: [UInt8], secret name: String? = nil) {
        do {
            if let name {
                let parsed = try JSONValue.parse(bytes, withholding: name)
                (body, secret) = (parsed.value, parsed.withheld)
            } else {
                body = try JSONValue(parsing: bytes)
                secret = nil
            }
        } catch {
            body = .null
            secret = nil
            problems = [ValidationProblem(location: ["body"], message: "JSON decode error", type: "json_invalid")]
            return
        }
        if case .object = body { return }
        problems = [
            ValidationProblem(
                location: ["body"], message: "Input should be a valid dictionary or object",
                type: "model_attributes_type")
        ]
    }

    /// A text that has to be there.
    mutating func text(_ name: String) -> String {
        guard let value = body[name] else {
            refuse(name, "Field required", "missing")
            return ""
        }
        guard let text = value.string else {
            refuse(name, "Input should be a valid string", "string_type")
            return ""
        }
        return text
    }

    /// A text that may be missing or null.
    mutating func optionalText(_ name: String) -> String? {
        guard let value = body[name], !value.isNull else { return nil }
        return text(name)
    }

    /// A text that may be missing, null or empty, which are the same.
    mutating func textUnlessEmpty(_ name: String) -> String? {
        optionalText(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A text that may be missing, null or empty, as Dovecot names what it has; a truth value counts as the member's own
    /// name, or as nothing.
    mutating func textOrFlag(_ name: String) -> String? {
        if case .bool(let value)? = body[name] { return value ? name : nil }
        return textUnlessEmpty(name)
    }

    /// Bytes of the secret member in standard base64 with padding (RFC 4648 section 4).
    mutating func secretBase64(_ name: String) -> [UInt8] {
        let before = problems.count
        _ = text(name)
        guard problems.count == before, let secret else { return [] }
        guard let decoded = Base64.decode(secret.bytes) else {
            refuse(name, "Input should be valid base64", "base64_decode")
            return []
        }
        return decoded
    }

    /// An address; nil for a local login, where Dovecot leaves it out.
    mutating func address(_ name: String) -> IPAddress? {
        let before = problems.count
        guard let text = optionalText(name), problems.count == before else { return nil }
        guard let address = IPAddress(text) else {
            refuse(name, "value is not a valid IPv4 or IPv6 address", "ip_any_address")
            return nil
        }
        return address
    }

    /// A truth value, false if it is missing; as lenient as pydantic.
    mutating func flag(_ name: String) -> Bool {
        switch body[name] {
        case nil, .null: return false
        case .bool(let value): return value
        case .integer(0): return false
        case .integer(1): return true
        case .string(let text):
            switch text.lowercased() {
            case "true", "yes", "on", "t", "y", "1": return true
            case "false", "no", "off", "f", "n", "0": return false
            default: break
            }
        default: break
        }
        refuse(name, "Input should be a valid boolean, unable to interpret input", "bool_parsing")
        return false
    }

    private mutating func refuse(_ name: String, _ message: String, _ type: String) {
        // A body that is no object at all has been reported already.
        guard problems.first?.location != ["body"] else { return }
        problems.append(ValidationProblem(location: ["body", name], message: message, type: type))
    }
}
