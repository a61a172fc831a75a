/// A collaborator among settings, such as a clock: it says nothing about whether two of them are the same.
@propertyWrapper
package struct Uncompared<Value: Sendable>: Sendable, Equatable {
    /// The collaborator.
    package var wrappedValue: Value

    /// Wraps one.
    package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    /// Always.
    package static func == (_: Uncompared, _: Uncompared) -> Bool { true }
}
