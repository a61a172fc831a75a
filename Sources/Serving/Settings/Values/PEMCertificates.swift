internal import Foundation

/// The form of a file of certificates (RFC 7468).
enum PEMCertificates {
    /// Whether a file holds a certificate between its lines `BEGIN CERTIFICATE` and `END CERTIFICATE`.
    static func areIn(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        for label in ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"] {
            guard let begin = text.firstRange(of: "-----BEGIN \(label)-----"),
                let end = text[begin.upperBound...].firstRange(of: "-----END \(label)-----")
            else { continue }
            let body = text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
            // A certificate is a SEQUENCE of ASN.1.
            if Data(base64Encoded: body)?.first == 0x30 { return true }
        }
        return false
    }
}
