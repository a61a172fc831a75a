/// A part of the installation, and how to look at it.
package struct DoctorCheck: Sendable {
    /// Which part: `database`; the first word of its findings' ids.
    package let area: String
    private let look: @Sendable () async -> [Finding]

    /// Looks at one area when it is asked to.
    ///
    /// - Parameter look: Looks; every wait in it has a bound, and trouble on the way is a finding.
    package init(_ area: String, _ look: @escaping @Sendable () async -> [Finding]) {
        (self.area, self.look) = (area, look)
    }

    /// Looks at everything side by side; the findings come in the order of the checks, and none keeps another from being
    /// made.
    package static func run(_ checks: [DoctorCheck]) async -> Diagnosis {
        await withTaskGroup(of: (Int, [Finding]).self) { group in
            for (index, check) in checks.enumerated() { group.addTask { (index, await check.look()) } }
            var found = Array(repeating: [Finding](), count: checks.count)
            for await (index, findings) in group { found[index] = findings }
            return Diagnosis(found.flatMap { $0 })
        }
    }
}
