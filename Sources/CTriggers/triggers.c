// Swift cannot call functions with `...`.

#include "CTriggers.h"

#include <sqlite3.h>

int triggers_fire(struct sqlite3 *connection, int fire) {
  int before = 1;
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &before);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, fire, (int *)0);
  return before;
}
