// By itself malloc keeps an arena for each of several threads, and what one thread frees another does not use. A page
// of records passes through all of them: 20 to 40 MB more. It can be told before a second thread begins, which is
// before any code of ours runs. For the programs alone: a library does not decide this for others.

#include <malloc.h>

__attribute__((constructor)) static void share_memory(void) { mallopt(M_ARENA_MAX, 1); }
