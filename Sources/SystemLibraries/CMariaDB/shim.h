// libmariadb's prepared-statement interface, its own error numbers and the server's.
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>
