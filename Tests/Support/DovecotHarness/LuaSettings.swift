internal import Foundation

/// What the scripts are told: on 2.3 by the environment, on 2.4 in the `lua_settings` of the chain.
enum LuaSettings {
    /// Puts values into every `lua_settings { … }` of a chain, as an administrator does: the line that is there is changed,
    /// one that is commented out put in force, and what the example has no line for added.
    ///
    /// - Parameter variables: By the names of the environment: `WEB_AUTH_TOKEN_FILE`.
    static func put(_ variables: [String: String], into chain: String) throws -> String {
        var chain = chain
        for (variable, value) in variables.sorted(by: { $0.key < $1.key }) {
            let name = variable.replacingOccurrences(of: "WEB_AUTH_", with: "").lowercased()
            let line = try Regex("(?m)^    (?:# )?\(name) = .*$")
            let fresh = "    \(name) = \(value)"
            let start = "lua_settings {\n"
            chain =
                chain.contains(line)
                ? chain.replacing(line, with: fresh) : chain.replacing(start, with: start + fresh + "\n")
        }
        return chain
    }
}
