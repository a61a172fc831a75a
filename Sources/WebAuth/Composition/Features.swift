import Settings

/// What this version of the program can do; keys for the rest are accepted, and named as without effect.
let supportedFeatures: Set<SettingsFeature> = [
    .networkLists, .patternLists, .literalLists, .placeLists, .verifyCache,
    .mariaDB, .maxMind, .ldap, .journal,
]
