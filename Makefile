# The commands for everything in this repository. CI uses the same.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test check lint deny format sdl setup services web
.PHONY: bench bench-full
.PHONY: faults faults-full faults-mutants rolling-restart soak faults-setup

help:
	@echo 'make run     start everything and print the address'
	@echo 'make check   format, lints, unit tests and structure checks, in minutes; run it before every push'
	@echo 'make test    all checks and all tests, as CI runs them'
	@echo 'make lint    only format and lints'
	@echo 'make deny    check licences and sources of all crates (cargo-deny); ADVISORIES=yes also checks advisories'
	@echo 'make format  run the formatters'
	@echo 'make sdl     write the three schemas and the reasons to shared-schema/'
	@echo
	@echo 'make bench            measure performance, next to the limits of this machine, in ten minutes'
	@echo 'make bench-full       the same with every case, three times; reports the medians'
	@echo
	@echo 'make faults           inject faults for three minutes and check that nothing is lost'
	@echo 'make faults-full      inject every fault, in about an hour; the table is in target/faults'
	@echo 'make faults-mutants   patch sixteen bugs into a copy and check that each is detected'
	@echo 'make rolling-restart  replace all services under load'
	@echo 'make soak MINUTES=60  inject random faults, for as long as you want'

run: setup services web
	@target/release/lab up

test:
	@scripts/test

check:
	@scripts/test check

lint:
	@scripts/test lint

# The advisories are downloaded from GitHub, which not every machine can reach; the rest needs no network.
ADVISORIES ?= no
deny:
	@cargo deny --version >/dev/null 2>&1 || { \
	    echo 'make deny: cargo-deny is not here: cargo install --locked cargo-deny' >&2; exit 1; }
	cargo deny --locked --workspace check $(if $(filter yes,$(ADVISORIES)),advisories) bans licenses sources

format:
	cargo fmt --all
	if [ -d frontend/node_modules ]; then cd frontend && npm run --if-present format; fi

sdl:
	cargo build --locked --bins
	for service in users sender receiver; do \
	    target/debug/$$service sdl >target/$$service.graphql && \
	    mv target/$$service.graphql shared-schema/$$service.graphql || exit 1; \
	done
	cargo run --locked --quiet --package shared-schema --example reasons >target/reasons.json
	mv target/reasons.json shared-schema/reasons.json

setup:
	@scripts/setup

services:
	cargo build --locked --release --bins

web: frontend/dist/index.html

# Rebuilt only if one of its sources has changed.
frontend/dist/index.html: frontend/node_modules/.antiphon-installed $(shell \
    find frontend shared-schema -type f \
        -not -path '*/node_modules/*' -not -path 'frontend/dist/*' -not -path 'frontend/src/gql/*' \
        \( -path 'frontend/src/*' -o -path 'frontend/public/*' -o -name '*.graphql' -o -name 'reasons.json' \
           -o -path 'frontend/*.html' -o -path 'frontend/*.ts' \))
	cd frontend && npm run build
	@touch $@

frontend/node_modules/.antiphon-installed: frontend/package-lock.json frontend/package.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

# Benchmarks: docs/BENCHMARKS.md. BENCH takes more arguments for `lab bench`, for example
# BENCH='--only write --case "32 chats of 10"'.
bench: setup services
	@mkdir -p target/bench
	@target/release/lab bench --short --markdown target/bench/table.md $(BENCH)

bench-full: setup services
	@mkdir -p target/bench
	@target/release/lab bench --runs 3 --markdown target/bench/table.md $(BENCH)

# The fault tests: docs/FAULTS.md. They use the release build if there is one. FAULTS takes more arguments
# for `lab faults`, for example FAULTS='--seed 7 --without-redis'.
RELEASE = $(wildcard $(addprefix target/release/,lab users sender receiver worker))
LAB = target/$(if $(filter 5,$(words $(RELEASE))),release,debug)/lab
MINUTES ?= 60

faults: faults-setup
	@$(LAB) faults run --smoke $(FAULTS)

faults-full: faults-setup
	@$(LAB) faults run --markdown target/faults/table.md --junit target/faults/junit.xml $(FAULTS)

faults-mutants: setup
	cargo build --locked --bins
	@target/debug/lab faults mutants $(FAULTS)

rolling-restart: faults-setup
	@$(LAB) faults run --only F5 --injections 1 $(FAULTS)

soak: faults-setup
	@$(LAB) faults soak --minutes $(MINUTES) $(FAULTS)

faults-setup: setup
	@[ $(LAB) = target/release/lab ] || cargo build --locked --bins
	@mkdir -p target/faults
