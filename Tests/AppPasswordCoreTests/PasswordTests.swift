import AppPasswordCore
import Testing

struct PasswordTests {
    @Test func `a password is never printed`() {
        let password = Password("5KAA-2QvG-xD1v-heq3")
        var dumped = ""
        dump(password, to: &dumped)
        for text in ["\(password)", String(reflecting: password), dumped] {
            #expect(!text.contains("5KAA"))
            #expect(!text.contains("53"))
        }
    }
}
