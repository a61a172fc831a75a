public import Synchronization

/// `Synchronization.Mutex`, safe to use on both sides of an `await`.
///
/// On Linux the standard mutex notes its owner by a thread-local variable, and its methods are inlined where they are called.
/// In an optimised asynchronous function that locks before a suspension and after it, the compiler may read that variable
/// through the address it had on the thread before: the function, resumed on another thread, then unlocks as somebody else and
/// is ended with "Call to unlock Mutex on a thread which hasn't acquired the lock" (seen with Swift 6.3.1 in a release build
/// under load). Here the lock is taken and given back inside a function that is never inlined and cannot suspend.
///
/// Public, for what is `package` is not specialised in other modules, `@inlinable` or not (Swift 6.3.1): each lock would look
/// up the types of its value and of its body's result. A specialised copy is not inlined, either.
public struct Mutex<Value: ~Copyable>: ~Copyable, Sendable {
    @usableFromInline let base: Synchronization.Mutex<Value>

    /// Guards a value.
    @inlinable public init(_ initialValue: consuming sending Value) {
        base = Synchronization.Mutex(initialValue)
    }

    /// Calls `body` with the value while nobody else can have it; `body` must not lock the same mutex.
    @inline(never) @inlinable
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try base.withLock(body)
    }
}
