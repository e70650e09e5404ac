#ifndef CSEALED_H
#define CSEALED_H

#include <stdint.h>

/// Sealed databases below SQLite; `file.c` says how.

enum {
  SEALED_PAGE = 4096,
  /// Bytes at the end of each page that hold its nonce and its tag.
  SEALED_RESERVE = 28,
  /// Bytes at the beginning of the file: what it is, and which key it was sealed with.
  SEALED_PREFIX = 16,
  SEALED_ID = 8,
};

typedef struct {
  /// Tells in the file which key this is, and nothing of the key.
  uint8_t id[SEALED_ID];
  /// For the pages.
  uint8_t page[32];
  /// For the heads of the frames in the log.
  uint8_t frame[32];
} sealed_keys;

/// Databases of this folder, its real path, are opened with these keys from now on, by every
/// connection of the process; empty files become sealed databases. Not 0 when SQLite or the
/// memory fails.
int sealed_unlock(const char *folder, const sealed_keys *keys);

/// Becomes the default file system, above the one of this name or, for NULL, above the default.
/// Never undone: a file that was sealed must not be opened past the seal, not for a moment. Not 0
/// when SQLite or the memory fails.
int sealed_install(const char *below);

/// Forgets a folder's keys. What is open stays open.
void sealed_lock(const char *folder);

int sealed_is_unlocked(const char *folder);

/// Whether a connection's main database is sealed.
struct sqlite3;
int sealed_holds(struct sqlite3 *connection);

/// Seals a database's first page, of SEALED_PAGE bytes, in its place. Not 0 when the folder's keys
/// are not known, or libcrypto fails.
int sealed_first_page(const char *folder, uint8_t *page);

/// Whether the head of a file, of SEALED_PREFIX bytes, names another key than the folder's.
int sealed_is_other(const char *folder, const uint8_t *head);

/// Whether the folder's keys open this page, of SEALED_PAGE bytes.
int sealed_opens(const char *folder, uint32_t number, const uint8_t *page);

#endif
