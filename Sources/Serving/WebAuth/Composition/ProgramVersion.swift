import CProgram

/// The version that `webauth_build_info` names; CHANGELOG.md says what is in it.
let programVersion = "1.0.0-dev"

/// The commit it was built from, twelve digits and perhaps a `+`; empty if that is not known.
var programCommit: String { String(cString: program_commit()) }

/// What `--version` prints: the version, and the commit it was built from where that is known.
var programVersionAndCommit: String {
    let commit = programCommit
    return commit.isEmpty ? programVersion : "\(programVersion) (\(commit))"
}
