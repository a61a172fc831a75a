// The blocking half of hiredis.
#include <hiredis/hiredis.h>
