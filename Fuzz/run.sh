#!/usr/bin/env bash
# Runs the fuzzer on one target after the other and prints what each run did:
# run.sh PROGRAM SECONDS [TARGET…]
#
# It starts from Fuzz/Corpus and keeps what it learns in .build-fuzz/corpus for the next time.
# What breaks a law stays in Fuzz/Corpus, where the tests read it again.
set -euo pipefail

program="$(realpath "$1")"
seconds="$2"
shift 2
cd "$(dirname "$0")/.."
[[ $# -gt 0 ]] || set -- $(ls Fuzz/Corpus)

# The longest input, in bytes: some times what the corpus begins with.
declare -A longest=([schema]=6000 [csv]=3000 [rows]=3000 [backup]=12000 [sealed-backup]=12000)
# The backtracer and the address sanitizer wait for each other; leaks are Swift's own globals.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

findings=0
printf '%-18s %12s %9s %9s\n' target executions coverage findings
for target in "$@"; do
  learned=".build-fuzz/corpus/$target"
  log=".build-fuzz/$target.log"
  mkdir -p "$learned"
  found=0
  FUZZ_TARGET="$target" "$program" -max_total_time="$seconds" -max_len="${longest[$target]:-4096}" \
    -timeout=20 -report_slow_units=1000 -rss_limit_mb=2048 -malloc_limit_mb=256 \
    -print_final_stats=1 -artifact_prefix="Fuzz/Corpus/$target/" \
    "$learned" "Fuzz/Corpus/$target" >"$log" 2>&1 || found=1
  executions="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)"
  coverage="$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)"
  printf '%-18s %12s %9s %9s\n' "$target" "${executions:-?}" "${coverage:-?}" "$found"
  if [[ $found -ne 0 ]]; then
    findings=1
    grep -E "^$target: |Fatal error|ERROR: |Test unit written" "$log" | head -4 >&2 || true
  fi
done
exit $findings
