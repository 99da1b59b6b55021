# The two commands of the README are `make demo` and `make test`. Everything else is a part of them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PORT ?= 8080
# Seconds for each target.
FUZZ_SECONDS ?= 3600
FUZZ_BRIEF_SECONDS ?= 8
# Options of the load test, such as `--scenario inbox-storm`.
BENCH_ARGS ?=
WEB_STAMP := web/node_modules/.installed
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)

.PHONY: help
help: ## Says what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

.PHONY: demo
demo: tools web ## Opens a workspace with simulated customers on http://127.0.0.1:8080 (PORT= changes it)
	cargo build --profile demo --bin switchboard
	PORT=$(PORT) "$${CARGO_TARGET_DIR:-target}/demo/switchboard" demo

.PHONY: test
test: tools browser web-check supply-chain format lint unit unit-scylla fuzz-briefly end-to-end ## Everything that must hold

.PHONY: tools
tools: ## Checks for what must be there before anything else
	@scripts/tools

.PHONY: browser
browser: ## Installs Chromium where there is none
	@scripts/browser

$(WEB_STAMP): web/package.json web/package-lock.json
	# Not `npm ci`: it refuses a lock file without the packages of other platforms, which not every mirror has.
	cd web && npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: $(WEB_STAMP) $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

.PHONY: web
web: web/dist/index.html ## Builds the web app

.PHONY: web-check
web-check: web ## Checks and tests the web app
	cd web && npm run lint && npm run typecheck && npm run test

.PHONY: generate
generate: $(WEB_STAMP) ## Writes the generated files anew: tables, OpenAPI, socket schema, TypeScript types
	UPDATE_GENERATED=1 cargo test -p switchboard-schema --test '*'
	UPDATE_GENERATED=1 cargo test -p switchboard --lib as_checked_in
	cd web && npm run generate

.PHONY: format
format: ## Checks the formatting
	cargo fmt --all --check

.PHONY: lint
lint: ## Checks the code; warnings are errors
	cargo clippy --workspace --all-targets --all-features -- -D warnings

.PHONY: cassandra
cassandra: tools
	scripts/jars cassandra

.PHONY: s3proxy
s3proxy: tools
	scripts/jars s3proxy

.PHONY: unit
unit: cassandra s3proxy ## Tests of crates and of the whole server over real sockets
	cargo test --workspace --all-features

.PHONY: unit-scylla
unit-scylla: cassandra ## The tests of the whole server again, over a real CQL server
	IT_STORE=scylla cargo test -p switchboard --all-features --test it -- --skip backup:: --skip disk::

.PHONY: fuzz
fuzz: tools ## Searches for inputs that break a parser (FUZZ_SECONDS= for each, an hour unless changed)
	scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

.PHONY: fuzz-briefly
fuzz-briefly: tools
	scripts/fuzz $(FUZZ_BRIEF_SECONDS)

.PHONY: soak
soak: tools ## Plays two whole days in minutes, and compares what they leave with what was written (SOAK_SEED= for others)
	SOAK_HOURS=24 cargo test -p switchboard-actors --test soak -- --nocapture

.PHONY: supply-chain
supply-chain: tools $(WEB_STAMP) ## Checks what we depend on: bans, licences, sources, advisories
	scripts/supply-chain

.PHONY: licenses
licenses: $(WEB_STAMP) ## Writes THIRD-PARTY.txt anew
	node scripts/third-party.mjs licenses

.PHONY: sbom
sbom: ## Writes what the binary is made of to target/sbom.cdx.json (CycloneDX)
	@mkdir -p "$${CARGO_TARGET_DIR:-target}"
	node scripts/third-party.mjs sbom >"$${CARGO_TARGET_DIR:-target}/sbom.cdx.json"

.PHONY: end-to-end
end-to-end: web browser ## Tests in a real browser against the real server
	cargo build --bin switchboard
	cd web && npm run end-to-end
	PORT=0 scripts/walk-demo

.PHONY: screenshots
screenshots: web browser ## Takes a picture of each screen anew, into docs/screenshots
	cargo build --bin switchboard
	cd web && npm run screenshots

.PHONY: release
release: tools web ## Builds target/release/switchboard
	scripts/release

.PHONY: reproducible
reproducible: tools $(WEB_STAMP) ## Builds the release twice and compares the bytes
	scripts/reproducible

.PHONY: bench
bench: release ## The load test's scenarios: tables and a file of results (BENCH_ARGS= as in docs/benchmarks.md)
	scripts/release -p switchboard-loadtest --bin loadtest
	# Server and driver hold thousands of sockets each.
	ulimit -S -n "$$(ulimit -H -n)" && "$${CARGO_TARGET_DIR:-target}/release/loadtest" run --out bench-results $(BENCH_ARGS)
