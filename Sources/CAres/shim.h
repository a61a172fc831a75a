#include <netdb.h>
#include <arpa/nameser.h>
#include <ares.h>
#include <sys/eventfd.h>
