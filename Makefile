# make help lists the targets. Everything a target needs beyond Go and make is
# looked for, and where possible installed, by script/setup.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# go.mod and go.sum say what is built, never the state of a machine; the version
# is ours (below), so that a clone owned by another user builds too.
export GOFLAGS := -mod=readonly -buildvcs=false

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD   := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

# The packages where goroutines meet, tested a second time with the race
# detector; it is five to ten times slower, so the others are spared.
RACE := $(patsubst %,./%/...,$(wildcard store app pay mail intake auth jobs api web))

# What the site's pages load, built from web/assets. The list of what was built
# is its last file, and older than any source it is made of if it is out of date.
ASSETS        := web/static/manifest.json
ASSET_SOURCES := $(filter-out %_test.go,$(wildcard web/*.html web/*.go)) $(wildcard web/assets/*.js web/assets/*.json web/assets/src/*)
# What npm writes last when it has put its packages there.
NPM_PACKAGES  := web/assets/node_modules/.package-lock.json

# How long one package's tests may take before they are taken to hang: web looks
# at every page in a browser, which takes minutes, and more on a busy machine.
PATIENCE := 30m

# One private PostgreSQL for the tests of all packages.
WITH_POSTGRES := .tools/with

.PHONY: help demo build assets pictures test bench check format vet lint race clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build, then make a sample contact center with a month of calls, and its site; Ctrl-C ends it
	bin/tollkeeper demo

build: $(ASSETS) ## build bin/tollkeeper
	@script/setup go
	$(BUILD) -o bin/tollkeeper .

assets: $(ASSETS) ## build what the site's pages load: styles, scripts, icons, flags

$(ASSETS): $(ASSET_SOURCES) $(NPM_PACKAGES)
	cd web/assets && node build.js

$(NPM_PACKAGES): web/assets/package.json web/assets/package-lock.json
	@script/setup assets
	cd web/assets && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

pictures: $(ASSETS) ## take the README's pictures anew (doc/images)
	script/screenshots

test: $(WITH_POSTGRES) $(ASSETS) ## install what the tests need, then run all of them on SQLite and PostgreSQL
	@script/setup chromium
	$(WITH_POSTGRES) go test -timeout $(PATIENCE) ./...

bench: build $(WITH_POSTGRES) ## measure speed and size, on SQLite and on a private PostgreSQL that keeps its promises
	$(WITH_POSTGRES) -durable bin/tollkeeper bench

check: format vet lint build test race ## all that must hold before a change goes in

format: ## fail if gofmt would change a file
	@script/setup go
	@unformatted=$$(gofmt -l $$(find . -name '*.go' -not -path '*/node_modules/*' -not -path '*/testdata/*')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:" $$unformatted; exit 1; fi

vet: ## go vet and staticcheck
	go vet ./...
	go tool staticcheck ./...

lint: ## our own rules: imports, forbidden calls, comments, lengths; go.mod says what the program uses
	go test .
	go mod tidy -diff

race: $(WITH_POSTGRES) $(ASSETS) ## test with the race detector where goroutines meet (browsers are driven once, in test)
	@script/setup cc chromium
	$(if $(RACE),CGO_ENABLED=1 $(WITH_POSTGRES) go test -timeout $(PATIENCE) -race -skip Browser $(RACE))

clean: ## remove what was built; the demo's and your own data stay
	rm -rf bin .tools

# Built anew each time, which is a matter of Go's cache. It is a program rather
# than "go run", which would hide the exit status and not pass on signals.
.PHONY: $(WITH_POSTGRES)
$(WITH_POSTGRES):
	@script/setup go postgres
	go build -o $@ ./store/pgtemp/with
