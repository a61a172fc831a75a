// pcre2.h wants to know the width of a code unit before it is included; ours are the bytes of UTF-8.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
