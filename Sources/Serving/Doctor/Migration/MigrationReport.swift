internal import AuditCore
internal import AppPasswordCore
internal import Settings

/// What moving from the old program takes, for one settings file: sections of lines, the commands in their order.
///
/// A pure function of what there is; it asks nobody and changes nothing.
package struct MigrationReport: Sendable {
    /// Some lines under a heading.
    package struct Section: Sendable, Equatable {
        /// The heading.
        package var title: String
        /// Each a point of its own.
        package var points: [String]
        /// Lines to paste, as they stand.
        package var lines: [String]

        init(_ title: String, _ points: [String] = [], lines: [String] = []) {
            (self.title, self.points, self.lines) = (title, points, lines)
        }
    }

    /// The sections, in the order in which they are to be read.
    package let sections: [Section]
    /// What keeps the new service from starting with this file; each names the line.
    package let problems: [String]

    /// Works it out.
    package init(_ old: OldInstallation) {
        let reading = OldSettings(old)
        problems = reading.problems
        let settings = reading.settings
        var sections = [Section("Works as it is", reading.unchanged)]
        sections.append(
            Section(
                "Has to be changed first",
                reading.problems.isEmpty ? ["nothing"] : reading.problems.map { "change \($0)" }))
        sections.append(Section("Is different with this file", reading.differences))
        if let settings {
            sections.append(MigrationDatabase(settings, isUnread: reading.isDatabaseUnread).section)
            sections.append(MigrationSteps.dovecot(settings, old.dovecot))
            sections.append(MigrationSteps.commands(old, settings, moved: reading.moved))
        }
        sections.append(MigrationSteps.wayBack(old))
        sections.append(MigrationSteps.records(settings))
        self.sections = sections
    }

    /// For a terminal or a file.
    package var text: String {
        sections.map { section in
            ([section.title, String(repeating: "-", count: section.title.count)]
                + section.points.map { "* \($0.visible(limit: 2000))" }
                + (section.lines.isEmpty ? [] : [""] + section.lines.map { "    \($0.visible(limit: 2000))" }))
                .joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }
}
