import CProgram

/// The version that `webauth_build_info` names; CHANGELOG.md says what is in it.
let programVersion = "1.0.0-dev"

/// What `--version` prints: the version, and the commit it was built from where that is known.
var programVersionAndCommit: String {
    let commit = String(cString: program_commit())
    return commit.isEmpty ? programVersion : "\(programVersion) (\(commit))"
}
