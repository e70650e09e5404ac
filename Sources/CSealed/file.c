// A sealed database is an SQLite database of 4096-byte pages of which the disk sees only the
// lengths. This is the layer below SQLite that seals and opens them, a virtual file system over
// the one that was the default; what SQLite does above it, its locks, its log and its sums, is as
// ever.
//
// A page keeps its last 28 bytes free (SQLite lets a file reserve them): a nonce and the tag of
// AES-256-GCM, with the page's number as associated data. So a page that was changed, or put in
// another's place, is an error and never an answer. The first 16 bytes of the file, which SQLite
// expects to be its name, say on the disk that the file is sealed, and with which key.
//
// Of the log each frame's page is sealed under its page's number. A frame's head keeps the number
// and the commit's length in the clear; the generation and SQLite's running sum over the plain
// pages, which would tell something of them, are one block of AES. A frame that was cut by a power
// failure does not open; recovery then sees a frame of another generation, which ends the log, as
// it does of a plain one.
//
// The index of the log in shared memory holds numbers of pages. What SQLite would write elsewhere,
// temporary tables and the copies of a statement, it is told to keep in memory, on every
// connection; a rollback journal, which a sealed database in WAL mode never has, is refused.

#include <string.h>

#include "internal.h"

static sealed_file *sealed(sqlite3_file *file) { return (sealed_file *)file; }
static sqlite3_file *below(sqlite3_file *file) { return sealed(file)->below; }

static uint32_t number_of(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static int is_zero(const uint8_t *bytes, int count) {
  for (int i = 0; i < count; i++)
    if (bytes[i]) return 0;
  return 1;
}

// MARK: The database

/// What SQLite wants to know of a file before it looks into the log: the first page on the disk
/// may be half of one that the log has whole.
static void assume_head(uint8_t *page) {
  memset(page, 0, SEALED_PAGE);
  memcpy(page, sqlite_magic, SEALED_PREFIX);
  const uint8_t shape[] = {SEALED_PAGE >> 8, 0, 2, 2, SEALED_RESERVE, 64, 32, 32};
  memcpy(page + SEALED_PREFIX, shape, sizeof shape);
}

static int read_page(sealed_file *file, sqlite3_int64 offset, uint8_t *out) {
  int code = file->below->pMethods->xRead(file->below, file->scratch, SEALED_PAGE, offset);
  if (code == SQLITE_IOERR_SHORT_READ) {
    memset(out, 0, SEALED_PAGE);
    return is_zero(file->scratch, SEALED_PAGE) ? code : SQLITE_IOERR_DATA;
  }
  if (code != SQLITE_OK) return code;
  int from = offset == 0 ? SEALED_PREFIX : 0;
  uint32_t number = offset / SEALED_PAGE + 1;
  if (cipher_open(&file->cipher, number, from, file->scratch, out)) return SQLITE_IOERR_DATA;
  if (from) memcpy(out, sqlite_magic, SEALED_PREFIX);
  return SQLITE_OK;
}

static int read_database(sealed_file *file, uint8_t *out, int count, sqlite3_int64 offset) {
  int within = offset % SEALED_PAGE;
  if (within == 0 && count == SEALED_PAGE) return read_page(file, offset, out);
  if (offset + count > SEALED_PAGE) return SQLITE_IOERR_READ;
  int code = read_page(file, 0, file->plain);
  if (code == SQLITE_IOERR_DATA) {
    assume_head(file->plain);
    code = SQLITE_OK;
  }
  memcpy(out, file->plain + within, count);
  return code;
}

/// Whether a first page leaves room in every page for what seals it.
static int is_roomy(const uint8_t *page) {
  return memcmp(page, sqlite_magic, SEALED_PREFIX) == 0 && page[16] == SEALED_PAGE >> 8 &&
         page[17] == 0 && page[20] == SEALED_RESERVE;
}

/// Whether sealing loses nothing of a page.
static int fits(uint32_t number, const uint8_t *page) {
  return is_zero(page + SEALED_PAGE - SEALED_RESERVE, SEALED_RESERVE) &&
         (number != 1 || is_roomy(page));
}

static int write_database(sealed_file *file, const uint8_t *page, int count, sqlite3_int64 offset) {
  uint32_t number = offset / SEALED_PAGE + 1;
  if (offset % SEALED_PAGE || count != SEALED_PAGE || !fits(number, page))
    return SQLITE_IOERR_WRITE;
  int from = 0;
  if (number == 1) {
    from = SEALED_PREFIX;
    sealed_prefix(file->cipher.id, file->plain);
    memcpy(file->plain + from, page + from, SEALED_PAGE - from);
    page = file->plain;
  }
  if (cipher_seal(&file->cipher, number, from, page, file->scratch)) return SQLITE_IOERR_WRITE;
  return file->below->pMethods->xWrite(file->below, file->scratch, SEALED_PAGE, offset);
}

// MARK: The log

static int read_log(sealed_file *file, uint8_t *out, int count, sqlite3_int64 offset) {
  if (offset + count <= LOG_HEAD)
    return file->below->pMethods->xRead(file->below, out, count, offset);
  int within = (offset - LOG_HEAD) % FRAME;
  if (offset < LOG_HEAD || within + count > FRAME) return SQLITE_IOERR_READ;
  uint8_t *frame = file->scratch;
  int code = file->below->pMethods->xRead(file->below, frame, FRAME, offset - within);
  if (code != SQLITE_OK) {
    memset(out, 0, count);
    return code;
  }
  if (cipher_show(&file->cipher, frame + 8)) return SQLITE_IOERR_READ;
  if (within + count > FRAME_HEAD) {
    uint8_t *page = frame + FRAME_HEAD;
    if (cipher_open(&file->cipher, number_of(frame), 0, page, file->plain)) {
      memset(out, 0, count);
      return within == 0 ? SQLITE_OK : SQLITE_IOERR_DATA;
    }
    memcpy(page, file->plain, SEALED_PAGE);
  }
  memcpy(out, frame + within, count);
  return SQLITE_OK;
}

static int write_head(sealed_file *file, const uint8_t *head, sqlite3_int64 offset) {
  memcpy(file->scratch, head, FRAME_HEAD);
  if (cipher_hide(&file->cipher, file->scratch + 8)) return SQLITE_IOERR_WRITE;
  int code = file->below->pMethods->xWrite(file->below, file->scratch, FRAME_HEAD, offset);
  file->headAt = code == SQLITE_OK ? offset : -1;
  file->headNumber = number_of(head);
  return code;
}

/// A page that SQLite writes again in the same transaction comes without its head.
static int write_frames_page(sealed_file *file, const uint8_t *page, sqlite3_int64 offset) {
  sqlite3_int64 head = offset - FRAME_HEAD;
  uint32_t number = file->headNumber;
  if (file->headAt != head) {
    uint8_t bytes[4];
    int code = file->below->pMethods->xRead(file->below, bytes, sizeof bytes, head);
    if (code != SQLITE_OK) return code;
    number = number_of(bytes);
  }
  if (!fits(number, page) || cipher_seal(&file->cipher, number, 0, page, file->scratch))
    return SQLITE_IOERR_WRITE;
  return file->below->pMethods->xWrite(file->below, file->scratch, SEALED_PAGE, offset);
}

static int write_log(sealed_file *file, const uint8_t *bytes, int count, sqlite3_int64 offset) {
  if (offset == 0 && count == LOG_HEAD)
    return file->below->pMethods->xWrite(file->below, bytes, count, offset);
  int within = offset < LOG_HEAD ? -1 : (offset - LOG_HEAD) % FRAME;
  if (within == 0 && count == FRAME_HEAD) return write_head(file, bytes, offset);
  if (within == FRAME_HEAD && count == SEALED_PAGE) return write_frames_page(file, bytes, offset);
  return SQLITE_IOERR_WRITE;
}

// MARK: Methods of a file

static int file_read(sqlite3_file *file, void *out, int count, sqlite3_int64 offset) {
  return sealed(file)->isLog ? read_log(sealed(file), out, count, offset)
                             : read_database(sealed(file), out, count, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  return sealed(file)->isLog ? write_log(sealed(file), bytes, count, offset)
                             : write_database(sealed(file), bytes, count, offset);
}

static int file_close(sqlite3_file *file) {
  cipher_end(&sealed(file)->cipher);
  OPENSSL_cleanse(sealed(file)->plain, SEALED_PAGE);
  return below(file)->pMethods->xClose(below(file));
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  return below(file)->pMethods->xTruncate(below(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
  return below(file)->pMethods->xSync(below(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
  return below(file)->pMethods->xLock(below(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
  return below(file)->pMethods->xUnlock(below(file), level);
}

static int file_check_lock(sqlite3_file *file, int *out) {
  return below(file)->pMethods->xCheckReservedLock(below(file), out);
}

static int file_control(sqlite3_file *file, int what, void *value) {
  return below(file)->pMethods->xFileControl(below(file), what, value);
}

static int file_sector(sqlite3_file *file) {
  return below(file)->pMethods->xSectorSize(below(file));
}

static int file_traits(sqlite3_file *file) {
  int traits = below(file)->pMethods->xDeviceCharacteristics(below(file));
  return traits & ~SQLITE_IOCAP_BATCH_ATOMIC;
}

static int file_map(sqlite3_file *file, int region, int size, int extend, void volatile **out) {
  return below(file)->pMethods->xShmMap(below(file), region, size, extend, out);
}

static int file_slot(sqlite3_file *file, int offset, int count, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}

static void file_barrier(sqlite3_file *file) { below(file)->pMethods->xShmBarrier(below(file)); }

static int file_unmap(sqlite3_file *file, int removes) {
  return below(file)->pMethods->xShmUnmap(below(file), removes);
}

/// Without memory mapping, which would show SQLite the sealed bytes.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_map,
    .xShmLock = file_slot,
    .xShmBarrier = file_barrier,
    .xShmUnmap = file_unmap,
};

int is_sealed(const sqlite3_file *file) { return file && file->pMethods == &methods; }

int sealed_file_start(sqlite3_file *file, const sealed_keys *keys) {
  if (cipher_start(&sealed(file)->cipher, keys)) {
    below(file)->pMethods->xClose(below(file));
    return SQLITE_NOMEM;
  }
  file->pMethods = &methods;
  return SQLITE_OK;
}
