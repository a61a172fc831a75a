// libldap, and the values it hands out.
#include <lber.h>
#include <ldap.h>
