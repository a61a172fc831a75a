#include <netdb.h>
#include <arpa/nameser.h>
#include <ares.h>
#include <sys/eventfd.h>

// Options that only newer c-ares have, as macros and a member that may be missing.

// Has each question go out from a port of its own (c-ares 1.20); returns the option bits to pass on.
static inline int web_auth_ares_fresh_ports(struct ares_options *options) {
#ifdef ARES_OPT_UDP_MAX_QUERIES
    options->udp_max_queries = 1;
    return ARES_OPT_UDP_MAX_QUERIES;
#else
    (void)options;
    return 0;
#endif
}

// Has questions go out in mixed case, which answers must repeat (later versions); returns the flags to add.
static inline int web_auth_ares_mixed_case(void) {
#ifdef ARES_FLAG_DNS0x20
    return ARES_FLAG_DNS0x20;
#else
    return 0;
#endif
}
