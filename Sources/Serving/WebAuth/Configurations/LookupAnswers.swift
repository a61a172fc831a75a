import LookupAnswers
import Settings

extension CachedSources.Configuration {
    /// How long answers are fresh; a shared Redis may hold those of the old program.
    init(_ settings: Settings) {
        self.init()
        freshFor = settings.audit.cacheTTL
        readsOldEntries = settings.cache.mode == .redis
    }
}
