// SQLite counts what it allocates, under one lock of the process, for figures that nobody here asks
// for. It can be told not to before it does anything, which is before any code of ours runs.

#include <sqlite3.h>

__attribute__((constructor)) static void do_not_count(void) {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
