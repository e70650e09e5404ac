// Which files are sealed: those of folders whose keys are known, and the logs beside them.

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static sqlite3_vfs *system_vfs(sqlite3_vfs *vfs) { return vfs->pAppData; }

// MARK: Folders and their keys

typedef struct folder {
  struct folder *next;
  sealed_keys keys;
  char path[];
} folder;

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static folder *folders;

static folder **find(const char *path, size_t length) {
  folder **place = &folders;
  while (*place && (strlen((*place)->path) != length || memcmp((*place)->path, path, length)))
    place = &(*place)->next;
  return place;
}

static int keys_of(const char *path, size_t length, sealed_keys *keys) {
  pthread_mutex_lock(&guard);
  folder *found = *find(path, length);
  if (found) *keys = found->keys;
  pthread_mutex_unlock(&guard);
  return found != NULL;
}

/// Whether a file's head says that it is sealed, with a key that is not the one of `own`.
static int is_foreign(const uint8_t *head, const uint8_t *own) {
  return memcmp(head, own, SEALED_PREFIX - SEALED_ID) == 0 && memcmp(head, own, SEALED_PREFIX) != 0;
}

static int keys_for(const char *file, sealed_keys *keys) {
  const char *slash = strrchr(file, '/');
  return slash && keys_of(file, slash - file, keys);
}

int sealed_is_unlocked(const char *path) {
  sealed_keys keys;
  int isKnown = keys_of(path, strlen(path), &keys);
  OPENSSL_cleanse(&keys, sizeof keys);
  return isKnown;
}

int sealed_first_page(const char *path, uint8_t *page) {
  sealed_keys keys;
  sealed_cipher cipher;
  uint8_t sealed[SEALED_PAGE];
  if (!keys_of(path, strlen(path), &keys)) return 1;
  int code = cipher_start(&cipher, &keys);
  if (code == 0) {
    sealed_prefix(keys.id, page);
    code = cipher_seal(&cipher, 1, SEALED_PREFIX, page, sealed);
    cipher_end(&cipher);
  }
  if (code == 0) memcpy(page, sealed, SEALED_PAGE);
  OPENSSL_cleanse(&keys, sizeof keys);
  return code;
}

int sealed_is_other(const char *path, const uint8_t *head) {
  sealed_keys keys;
  uint8_t own[SEALED_PREFIX];
  if (!keys_of(path, strlen(path), &keys)) return 0;
  sealed_prefix(keys.id, own);
  OPENSSL_cleanse(&keys, sizeof keys);
  return is_foreign(head, own);
}

int sealed_opens(const char *path, uint32_t number, const uint8_t *page) {
  sealed_keys keys;
  sealed_cipher cipher;
  uint8_t plain[SEALED_PAGE];
  if (!keys_of(path, strlen(path), &keys)) return 0;
  int code = cipher_start(&cipher, &keys);
  if (code == 0) {
    code = cipher_open(&cipher, number, number == 1 ? SEALED_PREFIX : 0, page, plain);
    cipher_end(&cipher);
  }
  OPENSSL_cleanse(&keys, sizeof keys);
  OPENSSL_cleanse(plain, sizeof plain);
  return code == 0;
}

void sealed_lock(const char *path) {
  pthread_mutex_lock(&guard);
  folder **place = find(path, strlen(path)), *found = *place;
  if (found) {
    *place = found->next;
    OPENSSL_cleanse(&found->keys, sizeof found->keys);
    free(found);
  }
  pthread_mutex_unlock(&guard);
}

// MARK: Opening

static int start(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags) {
  sealed_file *new = (sealed_file *)file;
  new->below = (sqlite3_file *)(new + 1);
  new->below->pMethods = NULL;
  new->isLog = (flags & SQLITE_OPEN_WAL) != 0;
  new->headAt = -1;
  return system_vfs(vfs)->xOpen(system_vfs(vfs), name, new->below, flags, outFlags);
}

static int open_plain(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags) {
  return system_vfs(vfs)->xOpen(system_vfs(vfs), name, file, flags, outFlags);
}

static int open_database(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags) {
  sealed_keys keys;
  if (!name || !keys_for(name, &keys)) return open_plain(vfs, name, file, flags, outFlags);
  int code = start(vfs, name, file, flags, outFlags);
  if (code != SQLITE_OK) return code;
  uint8_t head[SEALED_PREFIX] = {0}, own[SEALED_PREFIX];
  sqlite3_file *below = ((sealed_file *)file)->below;
  below->pMethods->xRead(below, head, sizeof head, 0);
  sealed_prefix(keys.id, own);
  int isPlain = memcmp(head, sqlite_magic, sizeof head) == 0;
  if (isPlain || is_foreign(head, own)) {
    below->pMethods->xClose(below);
    code = isPlain ? open_plain(vfs, name, file, flags, outFlags) : SQLITE_AUTH;
  } else {
    code = sealed_file_start(file, &keys);
  }
  OPENSSL_cleanse(&keys, sizeof keys);
  return code;
}

/// The log or the journal of a database that is open.
static int open_beside(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags) {
  sqlite3_file *database = sqlite3_database_file_object(name);
  if (!is_sealed(database)) return open_plain(vfs, name, file, flags, outFlags);
  if (flags & SQLITE_OPEN_MAIN_JOURNAL) {
    // Of an empty database nothing is kept in it; so it may become one in WAL mode.
    sqlite3_int64 size;
    int code = database->pMethods->xFileSize(database, &size);
    if (code != SQLITE_OK) return code;
    return size ? SQLITE_CANTOPEN : open_plain(vfs, name, file, flags, outFlags);
  }
  sealed_keys keys;
  if (!keys_for(name, &keys)) return SQLITE_AUTH;
  int code = start(vfs, name, file, flags, outFlags);
  if (code == SQLITE_OK) code = sealed_file_start(file, &keys);
  OPENSSL_cleanse(&keys, sizeof keys);
  return code;
}

static int vfs_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags) {
  file->pMethods = NULL;
  if (flags & SQLITE_OPEN_MAIN_DB) return open_database(vfs, name, file, flags, outFlags);
  if (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))
    return open_beside(vfs, name, file, flags, outFlags);
  return open_plain(vfs, name, file, flags, outFlags);
}

int sealed_holds(sqlite3 *db) {
  sqlite3_file *file = NULL;
  return sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
         is_sealed(file);
}

/// Tells every new connection to a sealed database what its file system cannot.
static int prepare(sqlite3 *db, char **message, const void *api) {
  (void)message, (void)api;
  if (!sealed_holds(db)) return SQLITE_OK;
  int reserve = SEALED_RESERVE;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  return sqlite3_exec(
      db, "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON", NULL, NULL, NULL);
}

// MARK: Registering

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int syncs) {
  return system_vfs(vfs)->xDelete(system_vfs(vfs), name, syncs);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
  return system_vfs(vfs)->xAccess(system_vfs(vfs), name, flags, out);
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int size, char *out) {
  return system_vfs(vfs)->xFullPathname(system_vfs(vfs), name, size, out);
}

static int vfs_random(sqlite3_vfs *vfs, int count, char *out) {
  return system_vfs(vfs)->xRandomness(system_vfs(vfs), count, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
  return system_vfs(vfs)->xSleep(system_vfs(vfs), microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *out) {
  return system_vfs(vfs)->xCurrentTime(system_vfs(vfs), out);
}

static int vfs_error(sqlite3_vfs *vfs, int count, char *out) {
  return system_vfs(vfs)->xGetLastError(system_vfs(vfs), count, out);
}

static int vfs_time64(sqlite3_vfs *vfs, sqlite3_int64 *out) {
  return system_vfs(vfs)->xCurrentTimeInt64(system_vfs(vfs), out);
}

static int install(sqlite3_vfs *system) {
  if (system && system->xOpen == vfs_open) return SQLITE_OK;
  sqlite3_vfs *vfs = system ? calloc(1, sizeof *vfs) : NULL;
  if (!vfs) return SQLITE_NOMEM;
  *vfs = (sqlite3_vfs){
      .iVersion = 2,
      .szOsFile = (int)sizeof(sealed_file) + system->szOsFile,
      .mxPathname = system->mxPathname,
      .zName = "sealed",
      .pAppData = system,
      .xOpen = vfs_open,
      .xDelete = vfs_delete,
      .xAccess = vfs_access,
      .xFullPathname = vfs_full_name,
      .xRandomness = vfs_random,
      .xSleep = vfs_sleep,
      .xCurrentTime = vfs_time,
      .xGetLastError = vfs_error,
      .xCurrentTimeInt64 = vfs_time64,
  };
  sqlite3_auto_extension((void (*)(void))prepare);
  return sqlite3_vfs_register(vfs, 1);
}

int sealed_install(const char *below) {
  if (sqlite3_initialize() != SQLITE_OK) return 1;
  pthread_mutex_lock(&guard);
  int code = install(sqlite3_vfs_find(below));
  pthread_mutex_unlock(&guard);
  return code != SQLITE_OK;
}

int sealed_unlock(const char *path, const sealed_keys *keys) {
  size_t length = strlen(path);
  folder *new = malloc(sizeof *new + length + 1);
  if (!new || sqlite3_initialize() != SQLITE_OK) return 1;
  new->keys = *keys;
  memcpy(new->path, path, length + 1);
  sealed_lock(path);
  pthread_mutex_lock(&guard);
  new->next = folders;
  folders = new;
  int code = install(sqlite3_vfs_find(NULL));
  pthread_mutex_unlock(&guard);
  return code != SQLITE_OK;
}
