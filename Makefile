# A short front for CMake; every target works on a fresh checkout. The presets are in CMakePresets.json.
PRESET ?= release
SEEDS ?= 1000
SEED ?= 1
PROFILE ?= all
JOBS ?= $(shell nproc)

.PHONY: run test build configure deps fmt lint bench fuzz sim check-all mutants abi-baseline clean

build: configure
	cmake --build --preset $(PRESET) -j $(JOBS)

configure: deps
	cmake --preset $(PRESET)

deps:
	@tools/deps.sh

test: build
	ctest --preset $(PRESET)

run: configure
	cmake --build --preset $(PRESET) -j $(JOBS) --target atlas
	@build/$(PRESET)/bin/atlas demo $(if $(DATA),--data "$(DATA)")

fmt:
	@tools/format.sh

lint: configure
	tools/lint.sh

bench: configure
	cmake --build --preset $(PRESET) -j $(JOBS) --target bench

sim: configure
	cmake --build --preset $(PRESET) -j $(JOBS) --target simulation
	build/$(PRESET)/bin/simulation --seeds $(SEEDS) --first-seed $(SEED) --profile $(PROFILE)

fuzz: deps
	tools/fuzz.sh

check-all: deps
	tools/check_all.sh

mutants: deps
	tools/mutants.py

# Run at a release: what `atlas.h` promises from then on.
abi-baseline: build
	tools/abi.sh build/$(PRESET) --write

clean:
	rm -rf build
