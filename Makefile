# The thin front. What it needs from Debian is installed once (tools/install_packages.sh); the build is CMake's.
.DEFAULT_GOAL := build
JOBS ?= $(shell nproc)
OUT := build/release
PREFIX ?= /usr/local
PROGRAMS := sagebrush sagebrush-agent sagebrush-init sagebrush-mpi sagebrush-vision

.PHONY: build demo test lint fuzz bench install clean help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build/.packages-%: tools/install_packages.sh
	@tools/install_packages.sh $*
	@mkdir -p build && touch $@

$(OUT)/build.ninja: build/.packages-build
	cmake --preset release

build: $(OUT)/build.ninja ## the three programs, into build/release/bin
	cmake --build --preset release -j $(JOBS) --target $(PROGRAMS)

demo: build ## trains handwritten digits end to end and shows the accuracy
	$(OUT)/bin/sagebrush demo

test: $(OUT)/build.ninja build/.packages-test ## builds all and runs every test
	cmake --build --preset release -j $(JOBS)
	ctest --preset release -j $(JOBS)

lint: build/.packages-lint ## format, file lengths, layers
	tools/lint

fuzz: $(OUT)/build.ninja build/.packages-fuzz ## a minute of fuzzing, spread over the targets; the same inputs each time
	tools/fuzz 60 1

bench: $(OUT)/build.ninja build/.packages-test build/.packages-bench ## measures; docs/performance.md has what came out
	cmake --build --preset release -j $(JOBS)
	tools/bench

install: build ## into PREFIX (/usr/local)
	cmake --install $(OUT) --prefix $(PREFIX)

clean: ## removes what was built
	rm -rf build
