// In C because these calls are GNU's, which Swift does not see.
#define _GNU_SOURCE
#include "launching.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static int redirect(posix_spawn_file_actions_t *actions, int given, int number) {
  if (given < 0) return posix_spawn_file_actions_addopen(actions, number, "/dev/null", O_WRONLY, 0);
  return posix_spawn_file_actions_adddup2(actions, given, number);
}

static int describe(
    posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, const char *folder, int out,
    int err) {
  sigset_t none;
  sigemptyset(&none);
  int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  if (!error) error = redirect(actions, out, 1);
  if (!error) error = redirect(actions, err, 2);
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
  if (!error && folder) error = posix_spawn_file_actions_addchdir_np(actions, folder);
  if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error) error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
  return error;
}

int launching_start(
    pid_t *process, char *const words[], char *const environment[], const char *folder, int out,
    int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  int error = describe(&actions, &attributes, folder, out, err);
  if (!error)
    error = posix_spawnp(
        process, words[0], &actions, &attributes, words, environment ? environment : environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int launching_file(void) { return memfd_create("spoken", MFD_CLOEXEC); }

int launching_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
