# The words for everything that is done to Antiphon. CI uses the same.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test lint format sdl setup services web

help:
	@echo 'make run     start everything; the address is printed at the end'
	@echo 'make test    every check and every test, as CI runs them'
	@echo 'make lint    the checks alone'
	@echo 'make format  let the formatters have their way'
	@echo 'make sdl     print the three schemas into shared-schema/'

run: setup services web
	@target/release/lab up

test:
	@scripts/test

lint:
	@scripts/test lint

format:
	cargo fmt --all
	if [ -d frontend/node_modules ]; then cd frontend && npm run --if-present format; fi

sdl:
	cargo build --locked --bins
	for service in users sender receiver; do \
	    target/debug/$$service sdl >target/$$service.graphql && \
	    mv target/$$service.graphql shared-schema/$$service.graphql || exit 1; \
	done

setup:
	@scripts/setup

services:
	cargo build --locked --release --bins

web: frontend/dist/index.html

# Built again only when something that it is made of has changed.
frontend/dist/index.html: frontend/node_modules/.antiphon-installed $(shell \
    find frontend shared-schema -type f \
        -not -path '*/node_modules/*' -not -path 'frontend/dist/*' \
        \( -path 'frontend/src/*' -o -path 'frontend/public/*' -o -name '*.graphql' \
           -o -path 'frontend/*.html' -o -path 'frontend/*.ts' \))
	cd frontend && npm run build
	@touch $@

frontend/node_modules/.antiphon-installed: frontend/package-lock.json frontend/package.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@
