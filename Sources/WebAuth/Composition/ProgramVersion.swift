/// The version that `webauth_build_info` names; CHANGELOG.md says what is in it.
let programVersion = "1.0.0-dev"
