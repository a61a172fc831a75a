internal import CPCRE2
import Glibc

/// What one thread needs to match: PCRE2's match data, limits and stack, and room for candidates.
///
/// Each thread has its own, made at its first match and freed when it ends; so nothing is locked or allocated later.
@safe final class MatchWorkspace {
    let data: OpaquePointer?
    let context: OpaquePointer?
    private let stack: OpaquePointer?
    private var limits = MatchLimits()
    /// What PCRE2 answered last.
    var lastStatus: Int32 = 0
    /// Which patterns may match the text at hand; empty between matches.
    var candidates = CandidateSet()

    private init() {
        unsafe data = pcre2_match_data_create_8(1, nil)
        unsafe context = pcre2_match_context_create_8(nil)
        unsafe stack = pcre2_jit_stack_create_8(32 << 10, 512 << 10, nil)
        unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
        apply(limits)
    }

    deinit {
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_jit_stack_free_8(stack)
    }

    /// This thread's workspace, with these limits.
    static func current(limits: MatchLimits) -> MatchWorkspace {
        let workspace: MatchWorkspace
        if let pointer = unsafe pthread_getspecific(key) {
            workspace = unsafe Unmanaged<MatchWorkspace>.fromOpaque(pointer).takeUnretainedValue()
        } else {
            workspace = MatchWorkspace()
            unsafe pthread_setspecific(key, Unmanaged.passRetained(workspace).toOpaque())
        }
        if workspace.limits != limits { workspace.apply(limits) }
        return workspace
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let status = unsafe pthread_key_create(&key) { pointer in
            if let pointer = unsafe pointer { unsafe Unmanaged<MatchWorkspace>.fromOpaque(pointer).release() }
        }
        precondition(status == 0, "no thread-specific key left")
        return key
    }()

    private func apply(_ limits: MatchLimits) {
        self.limits = limits
        unsafe pcre2_set_match_limit_8(context, limits.steps)
        unsafe pcre2_set_depth_limit_8(context, limits.depth)
        unsafe pcre2_set_heap_limit_8(context, limits.heap)
    }
}
