/// Says which promises of a port its adapter does not keep.
public struct ContractViolation: Error, CustomStringConvertible {
    /// The promise and what was found; a line for each, if there are several.
    public let description: String

    /// Says so.
    package init(description: String) { self.description = description }

    /// Fails unless both are equal.
    package static func unless<Value: Equatable>(_ found: Value, is expected: Value, _ promise: String) throws {
        guard found == expected else {
            throw ContractViolation(description: "\(promise): found \(found), expected \(expected)")
        }
    }

    /// Fails if there are broken promises.
    static func unlessEmpty(_ broken: [String]) throws(ContractViolation) {
        guard broken.isEmpty else { throw ContractViolation(description: broken.joined(separator: "\n")) }
    }
}
