#ifndef CTRIGGERS_H
#define CTRIGGERS_H

struct sqlite3;

/// Says whether what a connection writes fires triggers; other connections' writes do all the same. SQLite
/// prepares the connection's statements anew after a change. Returns what was before: 0 or 1.
int triggers_fire(struct sqlite3 *connection, int fire);

#endif
