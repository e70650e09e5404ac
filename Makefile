# What one does with this repository; `make help` lists it. A recipe runs as one shell script.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help setup build release deb boot demo test sanitize browser pictures attack simulate powercuts kill fixtures dictionary lint format bench links load fuzz clean

# How many records the benchmarks store.
SIZES ?= 10000 100000

# How long the fuzzer takes for each of its targets, and which; all when it is empty.
SECONDS ?= 60
TARGETS ?=

# How many worlds the simulation plays, and the number of the first.
SEEDS ?= 10000
FROM ?= 1

# How many of them are played with the tests: 3,000 again as soon as the nine broken ones in Benchmarks/RESULTS.md are mended.
WORLDS ?= 3000

# How many processes are killed, and the seed of what is written and of who dies doing what.
KILLS ?= 5000
SEED ?= 1

# debug or release; each has a build folder of its own, because sharing one rebuilds the world.
CONFIGURATION ?= debug
RELEASE := -c release --scratch-path .build-release
FLAGS := $(if $(filter release,$(CONFIGURATION)),$(RELEASE))

# What the compiler links, what the two programs link, what the demonstration and the tests run.
PACKAGES := ca-certificates g++ git libedit2 libncurses6 libxml2 pkg-config tzdata \
  libcurl4-openssl-dev libsqlite3-dev libssl-dev libzstd-dev zlib1g-dev \
  binutils curl faketime openssl python3 sqlite3 systemd

SWIFT_FILES = find $(wildcard Sources Tests Examples Benchmarks Fuzz Package.swift) \
  -name .build -prune -o -name '*.swift' -print0

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	echo "CONFIGURATION=release makes build and demo use the optimised programs."

setup: ## Install the system packages that are missing (Debian, Ubuntu)
	@if ! command -v swift >/dev/null; then
	  echo "Swift 6.3 is missing: install it from https://www.swift.org/install/linux/" \
	    "and put its usr/bin on PATH." >&2
	  exit 1
	fi
	if ! command -v dpkg-query >/dev/null; then
	  pkg-config --exists libcrypto libcurl libzstd sqlite3 && exit 0
	  echo "This system is no Debian: install what corresponds to $(PACKAGES)." >&2
	  exit 1
	fi
	states=" $$(dpkg-query -W -f='$${Package}=$${db:Status-Status} ' $(PACKAGES) 2>/dev/null || true)"
	missing=()
	for name in $(PACKAGES); do
	  [[ $$states == *" $$name=installed "* ]] || missing+=("$$name")
	done
	[[ $${#missing[@]} -gt 0 ]] || exit 0
	root=()
	if [[ $$(id -u) -ne 0 ]]; then
	  if ! command -v sudo >/dev/null; then
	    echo "Missing: $${missing[*]}. Run as root: apt-get install $${missing[*]}" >&2
	    exit 1
	  fi
	  root=(sudo)
	fi
	echo "Installing: $${missing[*]}"
	"$${root[@]}" apt-get update -qq
	"$${root[@]}" env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -qq -y --no-install-recommends "$${missing[@]}"

build: setup ## Build the library and both programs
	@swift build $(FLAGS)

release: setup ## Build them optimised, in .build-release
	@swift build $(RELEASE)

# Swift is linked in, so that a machine in the field needs nothing but Debian: a build folder of its own.
deb: setup ## Make the Debian packages of both programs, in .build-deb
	@static=(-c release --static-swift-stdlib --scratch-path .build-deb)
	for program in djoliba djoliba-server; do swift build "$${static[@]}" --product $$program; done
	version="$$(sed -n 's/.*text = "\(.*\)"/\1/p' Sources/Terminal/ProgramVersion.swift)"
	packaging/deb.sh "$$(swift build "$${static[@]}" --show-bin-path)" "$$version" .build-deb

# In a container that is a copy of this machine; root only.
boot: deb ## Boot systemd in a container: install, kill the hub KILLS times (KILLS=10), upgrade, remove, purge
	@KILLS=$(if $(filter command%,$(origin KILLS)),$(KILLS),10) Tests/Packages/boot.sh .build-deb

# KEEP=1 leaves the hub running.
demo: build ## A hub and laptops on this machine, from enrolment to a conflict
	@export DJOLIBA_BIN="$$(swift build $(FLAGS) --show-bin-path)" KEEP="$(KEEP)"
	exec Examples/demo.sh

# The output goes through a file because the test runner counts a skipped test as a good one.
test: setup lint ## Check the format and run every test; a skipped one fails
	@log="$$(mktemp)"
	# What failed stands in the midst of thousands of lines: it is said once more at the end.
	trap 'grep -a "✘" "$$log" >&2 || true; rm -f "$$log"' EXIT
	# Apart: together with the others they have some 1,400 files open at a time.
	swift test --disable-xctest --filter '^(SyncServer|Trust)Tests' 2>&1 | tee "$$log"
	swift test --disable-xctest --skip-build --skip '^(SyncServer|Trust|EndToEnd)Tests' 2>&1 | tee -a "$$log"
	# Apart: they wait for programs on the very threads that the others' servers need.
	swift test --disable-xctest --skip-build --filter EndToEndTests 2>&1 | tee -a "$$log"
	if grep -E '^[^[:alnum:]]*(Test|Suite) .* skipped(\.|: ".*")$$' "$$log" >&2; then
	  echo "A skipped test is a failed one: make it run, or remove it." >&2
	  exit 1
	fi
	if [[ $$(grep -cE 'Test run with [1-9][0-9]* tests?.* passed' "$$log") -ne 3 ]]; then
	  echo "Some tests were not run." >&2
	  exit 1
	fi
	# Optimised: a debug build takes ten times as long for so many worlds.
	$(MAKE) --no-print-directory simulate SEEDS=$(WORLDS)

# Room by room: all at once, none would end before the last. The tests that start the programs are left out: under other
# clocks and limits sanitizers do not bear it, and what the programs are made of is in the others.
ROOMS ?= $(filter-out EndToEndTests HouseTests,$(notdir $(wildcard Tests/*Tests)))
SANITIZERS ?= address thread

sanitize: setup ## Run the tests under SANITIZERS="address thread", each built apart; ROOMS="…"
	@# Leaks are Swift's own globals; the backtracer and the address sanitizer wait for each other.
	export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
	export TSAN_OPTIONS=suppressions="$$PWD/Tests/Sanitizers/thread.txt"
	for sanitizer in $(SANITIZERS); do
	  sanitized=(--sanitize=$$sanitizer --scratch-path .build-$$sanitizer)
	  swift build "$${sanitized[@]}" --build-tests 2>&1 | tail -n 1
	  for room in $(ROOMS); do
	    echo "$$sanitizer, $$room"
	    log=.build-$$sanitizer/$$room.log
	    swift test "$${sanitized[@]}" --skip-build --disable-xctest --filter "^$$room[.]" >"$$log" 2>&1 || {
	      grep -aE "✘|SUMMARY:|WARNING: ThreadSanitizer|ERROR: AddressSanitizer" "$$log" >&2
	      exit 1
	    }
	    grep -aE "Test run with" "$$log"
	  done
	done

# Debian's Chromium, driven by Playwright from PyPI; the pictures stay in .build/browser.
browser: build ## Walk the console in headless Chromium, with pictures and an accessibility check
	@command -v chromium >/dev/null || { echo "Install chromium first: apt-get install chromium" >&2; exit 1; }
	[[ -x .build/playwright/bin/python ]] || python3 -m venv .build/playwright
	.build/playwright/bin/pip -q install playwright==1.65.2 axe-playwright-python==0.1.8 jsonschema==4.26.0
	rm -rf .build/browser
	.build/playwright/bin/python Tests/Browser/walk.py "$$(swift build $(FLAGS) --show-bin-path)" .build/browser

pictures: browser ## The same, and the guides' pictures anew
	@mkdir -p docs/images
	for picture in .build/browser/guide-*.png; do cp "$$picture" "docs/images/$${picture##*/guide-}"; done

attack: build ## Attack a hub on loopback, and say what was tried and what came of it
	@python3 Tests/Attack/attack.py "$$(swift build $(FLAGS) --show-bin-path)"

simulate: setup ## Play SEEDS worlds in which everything fails that may fail; FROM=1
	@swift build $(RELEASE) --product simulate
	exec "$$(swift build $(RELEASE) --show-bin-path)/simulate" --seeds $(SEEDS) --from $(FROM)

powercuts: setup ## Play one session with the power going at each sync, taking each thing that it may
	@swift build $(RELEASE) --product simulate
	exec "$$(swift build $(RELEASE) --show-bin-path)/simulate" --power-cuts

fixtures: setup ## Keep the files and the wire of a release as KEEP=1.1, for all later tests
	@[[ -n "$(KEEP)" ]] || { echo "Say which: make fixtures KEEP=1.1" >&2; exit 1; }
	DJOLIBA_FIXTURES="$(KEEP)" swift test --disable-xctest \
	  --filter "the story of the fixtures can be told"

# One that was given out is never changed: a new one has the next number.
dictionary: setup ## Train a dictionary for short messages into VERSION=2
	@file="Sources/Shared/Wire/dictionary-$(VERSION)"
	[[ -n "$(VERSION)" ]] || { echo "Say which: make dictionary VERSION=2" >&2; exit 1; }
	[[ ! -e "$$file" ]] || { echo "$$file is there; programs in the field read it as it is." >&2; exit 1; }
	DJOLIBA_BENCHMARKS=1 swift run $(RELEASE) dictionary "$$file"

# The tests that kill are a debug build, the programs that they kill are not.
kill: setup ## Kill KILLS real programs while they write and sync; SEED=1
	@for program in djoliba djoliba-server; do swift build $(RELEASE) --product $$program; done
	swift build --build-tests
	export DJOLIBA_BIN="$$(swift build $(RELEASE) --show-bin-path)"
	DJOLIBA_KILLS=$(KILLS) DJOLIBA_SEED=$(SEED) \
	  swift test --skip-build --disable-xctest --filter FaultKillTests

lint: ## Check the format
	@$(SWIFT_FILES) | xargs -0 swift format lint --strict --parallel

format: ## Put the format right
	@$(SWIFT_FILES) | xargs -0 swift format --in-place --parallel

bench: setup ## Run the benchmarks, optimised, the peers and the links; SIZES="…" counts of records
	@for size in $(SIZES); do
	  [[ -f Benchmarks/data/ops_$$size.jsonl ]] || python3 Benchmarks/workload.py $$size
	done
	DJOLIBA_BENCHMARKS=1 swift run $(RELEASE) bench $(SIZES)
	if [[ ! -x Benchmarks/data/peers/bin/python ]]; then
	  python3 -m venv Benchmarks/data/peers || { rm -rf Benchmarks/data/peers; echo "apt-get install python3-venv"; exit 1; }
	  Benchmarks/data/peers/bin/pip install -q apsw==3.54.1.0 'loro==1.*' 'pycrdt==0.14.*' zstandard
	fi
	for size in $(SIZES); do Benchmarks/data/peers/bin/python Benchmarks/peers.py $$size; done
	$(MAKE) --no-print-directory links

links: setup ## Measure syncs over a satellite, 2G and a satellite phone; takes ten minutes
	@swift build $(RELEASE) --product djoliba
	swift build $(RELEASE) --product djoliba-server
	[[ -f Benchmarks/data/contacts_10000.db ]] || python3 Benchmarks/workload.py 10000
	DJOLIBA_BENCHMARKS=1 swift run $(RELEASE) links

load: setup ## Drive the hub with 1,000 devices over TLS for a minute, then with a connection each
	@swift build $(RELEASE) --product djoliba-server
	export DJOLIBA_BENCHMARKS=1
	swift build $(RELEASE) --product load
	.build-release/release/load
	.build-release/release/load --fresh --rate 300

fuzz: setup ## Fuzz whatever reads bytes from outside; SECONDS for each target, TARGETS="…"
	@DJOLIBA_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product fuzz
	Fuzz/run.sh .build-fuzz/release/fuzz $(SECONDS) $(TARGETS)

clean: ## Remove everything that was built
	@rm -rf .build .build-* Benchmarks/data
