/// For whom a lookup is made: what limits of asking share out.
///
/// A value of the task, since sources of facts need not know of it; who hands questions over to another task takes it along.
package enum LookupAccount {
    /// The account, in a spelling that is the same for all its logins; nil for nobody in particular.
    @TaskLocal package static var current: String?
}
