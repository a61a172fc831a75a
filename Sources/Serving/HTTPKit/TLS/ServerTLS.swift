internal import NIOCore
internal import NIOSSL
internal import StrictJSON

import Locks

/// What a listener needs to speak TLS 1.2 and 1.3: read from files, and read anew when they are replaced.
///
/// A connection keeps what it began with.
public final class ServerTLS: Sendable {
    /// What came of looking at the files.
    public enum Outcome: Sendable {
        /// They are those that were looked at before.
        case unchanged
        /// They are others, and in use.
        case replaced
        /// They are others, and cannot be used; what was in use stays.
        case refused(TLSFileError)
    }

    private struct State: Sendable {
        var context: NIOSSLContext
        var validUntil: Int
        /// Of the files that were looked at last, useful or not.
        var stamps: TLSFiles.Stamps
    }

    /// Where it is read from.
    package let files: TLSFiles
    private let state: Mutex<State>

    /// Reads the files, and blocks as long as that takes.
    public init(_ files: TLSFiles) throws(TLSFileError) {
        self.files = files
        state = Mutex(try Self.read(files))
    }

    /// Takes the files into use if they are others than before. Blocks as long as that takes, so it is not for the server's
    /// event loop.
    public func refresh() -> Outcome {
        let stamps = files.stamps
        if state.withLock({ $0.stamps == stamps }) { return .unchanged }
        do throws(TLSFileError) {
            let fresh = try Self.read(files)
            state.withLock { $0 = fresh }
            return .replaced
        } catch {
            state.withLock { $0.stamps = stamps }
            return .refused(error)
        }
    }

    /// When the certificate in use ceases to be valid, in seconds since 1970.
    package var validUntil: Int { state.withLock { $0.validUntil } }

    /// Whether clients have to show a certificate.
    var asksForCertificates: Bool { files.clientCA != nil }

    /// For a new connection.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// For a question of our own to a server in this process, whose certificate need not be checked for that.
    ///
    /// By TLS 1.3 the client's part of a handshake is over before the server looks for a certificate.
    static func questionContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.trustRoots = .certificates([])
        configuration.minimumTLSVersion = .tlsv13
        return try NIOSSLContext(configuration: configuration)
    }

    private static func read(_ files: TLSFiles) throws(TLSFileError) -> State {
        let stamps = files.stamps  // what changes while it is read is seen at the next look
        let chain = try certificates(.certificate, files.certificate)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(try key(files.key)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = .certificates([])
        configuration.shutdownTimeout = .seconds(1)
        if let path = files.clientCA {
            configuration.trustRoots = .certificates(try certificates(.clientCA, path))
            configuration.certificateVerification = .noHostnameVerification
        }
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw TLSFileError(file: .key, path: files.key, reason: "is not the key of the certificate")
        }
        return State(context: context, validUntil: chain.first.map { Int($0.notValidAfter) } ?? 0, stamps: stamps)
    }

    private static func certificates(
        _ file: TLSFileError.File, _ path: String
    ) throws(TLSFileError) -> [NIOSSLCertificate] {
        let bytes = try TLSFiles.contents(of: path, for: file)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw TLSFileError(file: file, path: path, reason: "holds no certificate in PEM form")
        }
        return certificates
    }

    private static func key(_ path: String) throws(TLSFileError) -> NIOSSLPrivateKey {
        var bytes = try TLSFiles.contents(of: path, for: .key)
        defer { bytes.withUnsafeMutableBytes { overwrite($0) } }
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw TLSFileError(file: .key, path: path, reason: "holds no key in PEM form that is not encrypted")
        }
        return key
    }
}
