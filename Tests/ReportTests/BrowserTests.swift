import Foundation
import TestServers
import Testing
@testable import Report

/// The page in a real browser.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: InstalledServers.has("chromium"), "browser tests are skipped: apt-get install chromium"))
struct BrowserTests {
    /// What the browser had to say, and the picture's size in pixels.
    private func screenshot(_ html: String, width: Int) async throws -> (log: String, size: [Int], bytes: Int) {
        let directory = try PrivateDirectory()
        let page = try directory.write(html, to: "report.html")
        let picture = directory.path + "/report.png"
        let browser = Process()
        browser.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        browser.arguments = [
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-dev-shm-usage",
            "--enable-logging=stderr", "--user-data-dir=\(directory.path)/profile", "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=\(width),3000", "--screenshot=\(picture)",
            "file://\(page)",
        ]
        browser.standardError = FileHandle(forWritingAtPath: try directory.write("", to: "log"))
        browser.standardOutput = FileHandle.nullDevice
        try browser.run()
        let deadline = ContinuousClock.now + .seconds(120)
        while browser.isRunning {
            if ContinuousClock.now > deadline { kill(browser.processIdentifier, SIGKILL) }
            try await Task.sleep(for: .milliseconds(50))
        }
        let log = try directory.read("log")
        let image = try #require(FileManager.default.contents(atPath: picture), "\(log)")
        // A PNG's header: width and height, four bytes each, from byte 16.
        let size = [16, 20].map { start in image[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        return (log, size, image.count)
    }

    @Test(arguments: [1280, 500])
    func `the page is shown without a word on the console, wide and narrow`(width: Int) async throws {
        var records: [ReportRecord] = [Records.failure("wrong_password", suppressed: 3)]
        for (number, name) in HostileTests.names.enumerated() {
            records.append(Records.login(name, at: number))
            records.append(Records.refusal(name, at: 100 + number))
            records.append(Records.refusal(name, at: 200 + number, "deleted"))
        }
        let shown = try await screenshot(try Records.report(records, .html), width: width)
        #expect(shown.size == [width, 3000])
        #expect(shown.bytes > 30_000)  // not blank
        #expect(!shown.log.contains("CONSOLE"), "\(shown.log)")
    }

    @Test func `a word on the console would be noticed`() async throws {
        let shown = try await screenshot("<!DOCTYPE html><script>console.log('heard')</script>", width: 500)
        #expect(shown.log.contains("CONSOLE") && shown.log.contains("heard"))
    }
}
