// Pages with AES-256-GCM, heads of frames with one block of AES-256, both from libcrypto.

#include <openssl/rand.h>
#include <string.h>

#include "internal.h"

enum { USABLE = SEALED_PAGE - SEALED_RESERVE, TAG = 16 };

static const char sealed_magic[] = "Djoliba\1";
const char sqlite_magic[] = "SQLite format 3";

void sealed_prefix(const uint8_t id[SEALED_ID], uint8_t out[SEALED_PREFIX]) {
  memcpy(out, sealed_magic, SEALED_PREFIX - SEALED_ID);
  memcpy(out + SEALED_PREFIX - SEALED_ID, id, SEALED_ID);
}

static EVP_CIPHER_CTX *context(const EVP_CIPHER *kind, const uint8_t *key, int seals) {
  EVP_CIPHER_CTX *made = EVP_CIPHER_CTX_new();
  if (made && EVP_CipherInit_ex(made, kind, NULL, key, NULL, seals) == 1) {
    EVP_CIPHER_CTX_set_padding(made, 0);
    return made;
  }
  EVP_CIPHER_CTX_free(made);
  return NULL;
}

int cipher_start(sealed_cipher *cipher, const sealed_keys *keys) {
  memcpy(cipher->id, keys->id, SEALED_ID);
  cipher->seal = context(EVP_aes_256_gcm(), keys->page, 1);
  cipher->open = context(EVP_aes_256_gcm(), keys->page, 0);
  cipher->hide = context(EVP_aes_256_ecb(), keys->frame, 1);
  cipher->show = context(EVP_aes_256_ecb(), keys->frame, 0);
  if (cipher->seal && cipher->open && cipher->hide && cipher->show &&
      RAND_bytes(cipher->nonce, sizeof cipher->nonce) == 1)
    return 0;
  cipher_end(cipher);
  return 1;
}

void cipher_end(sealed_cipher *cipher) {
  EVP_CIPHER_CTX_free(cipher->seal);
  EVP_CIPHER_CTX_free(cipher->open);
  EVP_CIPHER_CTX_free(cipher->hide);
  EVP_CIPHER_CTX_free(cipher->show);
}

/// The page's number and what stays readable of it are proved with it.
static int prove(EVP_CIPHER_CTX *context, uint32_t number, int from, const uint8_t *page) {
  const uint8_t place[] = {number >> 24, number >> 16, number >> 8, number};
  int count;
  return EVP_CipherUpdate(context, NULL, &count, place, sizeof place) == 1 &&
         (from == 0 || EVP_CipherUpdate(context, NULL, &count, page, from) == 1);
}

int cipher_seal(
    sealed_cipher *cipher, uint32_t number, int from, const uint8_t *page, uint8_t *out) {
  for (size_t i = 0; i < sizeof cipher->nonce && ++cipher->nonce[i] == 0; i++) {}
  uint8_t *end = out + USABLE;
  int count;
  memcpy(out, page, from);
  memcpy(end, cipher->nonce, sizeof cipher->nonce);
  return !(
      EVP_CipherInit_ex(cipher->seal, NULL, NULL, NULL, cipher->nonce, 1) == 1 &&
      prove(cipher->seal, number, from, page) &&
      EVP_CipherUpdate(cipher->seal, out + from, &count, page + from, USABLE - from) == 1 &&
      EVP_CipherFinal_ex(cipher->seal, end, &count) == 1 &&
      EVP_CIPHER_CTX_ctrl(
          cipher->seal, EVP_CTRL_AEAD_GET_TAG, TAG, end + sizeof cipher->nonce) == 1);
}

int cipher_open(
    sealed_cipher *cipher, uint32_t number, int from, const uint8_t *page, uint8_t *out) {
  uint8_t end[SEALED_RESERVE];
  int count;
  memcpy(end, page + USABLE, SEALED_RESERVE);
  memcpy(out, page, from);
  int isWhole =
      EVP_CipherInit_ex(cipher->open, NULL, NULL, NULL, end, 0) == 1 &&
      prove(cipher->open, number, from, page) &&
      EVP_CipherUpdate(cipher->open, out + from, &count, page + from, USABLE - from) == 1 &&
      EVP_CIPHER_CTX_ctrl(
          cipher->open, EVP_CTRL_AEAD_SET_TAG, TAG, end + sizeof cipher->nonce) == 1 &&
      EVP_CipherFinal_ex(cipher->open, end, &count) == 1;
  // The log's sums are over whole pages, so their ends must be what SQLite wrote: nothing.
  memset(out + USABLE, 0, SEALED_RESERVE);
  if (!isWhole) memset(out, 0, SEALED_PAGE);
  return !isWhole;
}

int cipher_hide(sealed_cipher *cipher, uint8_t block[16]) {
  int count;
  return EVP_CipherUpdate(cipher->hide, block, &count, block, 16) != 1;
}

int cipher_show(sealed_cipher *cipher, uint8_t block[16]) {
  int count;
  return EVP_CipherUpdate(cipher->show, block, &count, block, 16) != 1;
}
