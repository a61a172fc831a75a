/// Where lists come from.
package enum ListPlace: Sendable, Hashable {
    /// A directory with a file for each list; nobody has signed it.
    case directory(String)
    /// A file that `lists sign` has written, as a path.
    case file(String)
    /// Such a file on a web server: a URL that begins with `https://`.
    case url(String)
}
