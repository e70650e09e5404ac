#ifndef LAUNCHING_H
#define LAUNCHING_H

#include <sys/types.h>

/// Starts a program with `out` and `err` as its standard output and error, with an empty standard
/// input, no other descriptor and no signal blocked; 0, or the number of an error.
///
/// `words[0]` is looked for on PATH when it has no slash. `folder` may be null, and so may
/// `environment`, which then is this process's own. A negative descriptor stands for nowhere.
int launching_start(
    pid_t *process, char *const words[], char *const environment[], const char *folder, int out,
    int err);

/// A file in memory that no other program inherits, or -1.
int launching_file(void);

/// A pipe that no other program inherits: the end to read, the end to write; 0, or -1.
int launching_pipe(int ends[2]);

#endif
