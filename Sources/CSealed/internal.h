#ifndef CSEALED_INTERNAL_H
#define CSEALED_INTERNAL_H

#include <openssl/evp.h>
#include <sqlite3.h>

#include "CSealed.h"

/// What one open file seals and opens with.
typedef struct {
  uint8_t id[SEALED_ID];
  EVP_CIPHER_CTX *seal, *open, *hide, *show;
  /// Drawn at the opening and counted up: no two pages of a key ever have the same.
  uint8_t nonce[12];
} sealed_cipher;

int cipher_start(sealed_cipher *cipher, const sealed_keys *keys);
void cipher_end(sealed_cipher *cipher);

/// Both leave the first `from` bytes as they are; they are proved all the same. `out` may not be
/// `page`. Not 0 when it cannot be, or when the page is not what was sealed under this number.
int cipher_seal(sealed_cipher *cipher, uint32_t number, int from, const uint8_t *page, uint8_t *out);
int cipher_open(sealed_cipher *cipher, uint32_t number, int from, const uint8_t *page, uint8_t *out);

/// The second and third thirds of a frame's head, in their place.
int cipher_hide(sealed_cipher *cipher, uint8_t block[16]);
int cipher_show(sealed_cipher *cipher, uint8_t block[16]);

/// What a sealed file begins with.
void sealed_prefix(const uint8_t id[SEALED_ID], uint8_t out[SEALED_PREFIX]);

extern const char sqlite_magic[SEALED_PREFIX];

enum { LOG_HEAD = 32, FRAME_HEAD = 24, FRAME = FRAME_HEAD + SEALED_PAGE };

/// An open file that is sealed.
typedef struct {
  sqlite3_file base;
  sealed_cipher cipher;
  int isLog;
  /// The last head that was written: its page follows.
  sqlite3_int64 headAt;
  uint32_t headNumber;
  uint8_t scratch[FRAME], plain[SEALED_PAGE];
  /// The file below, in the memory behind this.
  sqlite3_file *below;
} sealed_file;

/// Begins to seal a file whose `below` is open. Closes that when it cannot.
int sealed_file_start(sqlite3_file *file, const sealed_keys *keys);
int is_sealed(const sqlite3_file *file);

#endif
