/* What the programs set before any code of theirs runs: nothing to call. */
