#include <netdb.h>
#include <arpa/nameser.h>
// c-ares 1.34 marks as deprecated what 1.18 has nothing else for.
#define CARES_NO_DEPRECATED
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

// Statuses, which are macros in older c-ares and of a type of their own in newer ones, as the calls return them.
static const int web_auth_ares_success = ARES_SUCCESS;
static const int web_auth_ares_enodata = ARES_ENODATA;
static const int web_auth_ares_enotfound = ARES_ENOTFOUND;
static const int web_auth_ares_etimeout = ARES_ETIMEOUT;
static const int web_auth_ares_eservfail = ARES_ESERVFAIL;
static const int web_auth_ares_erefused = ARES_EREFUSED;
static const int web_auth_ares_eformerr = ARES_EFORMERR;
static const int web_auth_ares_ebadresp = ARES_EBADRESP;
static const int web_auth_ares_ebadname = ARES_EBADNAME;
