import AppPasswordCore
import Doctor
import Foundation
import Settings

extension DoctorCheck {
    /// Who can read and write the files that the settings name: not everybody, but the service.
    static func files(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("files") {
            guard let location = context.location, let settings = context.settings else { return [] }
            let exposed = FileExposure.all(location, settings, secretFiles: context.secretFiles).map { file in
                Finding(
                    file.isWritable ? .error : .warning, file.isWritable ? "files.writable" : "files.exposed",
                    "\(file.name): everybody can \(file.ways) \(file.path) (mode \(file.mode))",
                    why: file.isWritable
                        ? "every user of this machine decides over logins" : "every user of this machine reads secrets",
                    change: file.remedy, hints: [file.remedy])
            }
            let files = named(location, settings, context.secretFiles)
            return exposed + files.compactMap { hidden($0, context) ?? unreadable($0, context) }
        }
    }

    private typealias NamedFile = (place: String, path: String)

    /// The files that the service reads.
    private static func named(
        _ location: SettingsLocation, _ settings: Settings, _ secretFiles: [SettingsPath]
    ) -> [NamedFile] {
        var files: [NamedFile] = []
        if case .file(let path) = location.source { files.append((path.written, path.resolved)) }
        var paths = secretFiles + settings.audit.lists.all.map(\.path).sorted { $0.place < $1.place }
        paths += [settings.audit.maxMind.city, settings.audit.maxMind.asn].compactMap { $0 }
        if let ldap = settings.ldap, let authority = ldap.certificateAuthority { paths.append(authority) }
        paths += settings.server.listeners.compactMap(\.tls).flatMap {
            [$0.certificate, $0.clientCA].compactMap { $0 }
        }
        files += paths.map { ($0.place.isEmpty ? $0.written : $0.place, $0.resolved) }
        if case .mariadb(let server) = settings.database.location {
            files += [server.tlsCA, server.tlsCertificate, server.tlsKey].compactMap { $0 }.map { ("database.dsn", $0) }
        }
        return files
    }

    private static func hidden(_ file: NamedFile, _ context: DoctorContext) -> Finding? {
        guard let unit = context.unit, unit.hides(file.path), FileStatus(file.path) != nil else { return nil }
        return .error(
            "files.hidden", "\(file.place): the service does not see \(file.path)",
            why: "its unit has ProtectHome= and PrivateTmp=, which hide /home, /root and /tmp",
            change: "move the file to /etc/dovecot-web-auth, and the path at \(file.place)")
    }

    private static func unreadable(_ file: NamedFile, _ context: DoctorContext) -> Finding? {
        // What we ourselves cannot read is said by whoever reads it.
        guard !context.user.isCurrent, let obstacle = context.user.obstacle(.read, to: file.path),
            let status = FileStatus(obstacle)
        else { return nil }
        let isFile = obstacle == file.path
        let remedy = "chgrp \(context.user.name) \(obstacle) && chmod \(isFile ? "g+r" : "g+x") \(obstacle)"
        return .error(
            "files.unreadable",
            "\(file.place): \(context.user.name) cannot read \(file.path)"
                + (isFile ? "" : ": \(obstacle) may not be entered")
                + " (mode \(status.modeText), owner \(status.ownerName))",
            why: "the service runs as \(context.user.name) and does not start without it", change: remedy,
            hints: [remedy])
    }
}
