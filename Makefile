# Everything on a fresh Debian machine: `make demo` to see it work, `make test` to check it.

SWIFT ?= swift
PREFIX ?= /usr/local
BUILD := $(SWIFT) build -c release
PROGRAM := .build/release/kapao-video

.PHONY: help setup build demo test lint format benchmark train install clean

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## Installs the libraries and tools that are missing
	@scripts/setup.sh

build: setup ## Builds the program
	$(BUILD)

demo: build ## Annotates the sample clip with the default model and says where the result is
	@mkdir -p out
	$(PROGRAM) annotate Samples/campus.mp4 -o out/campus.mp4 --csv out/campus.csv --size 1024 --ids --trail 1
	@echo "The annotated clip is out/campus.mp4, the poses are out/campus.csv."

test: setup ## Builds and runs all tests
	@scripts/test.sh

lint: ## Checks formatting
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Fuzz/Sources Benchmarks/Sources

format: ## Formats the sources
	$(SWIFT) format -i --recursive --parallel Package.swift Sources Tests Fuzz/Sources Benchmarks/Sources

benchmark: setup ## Measures speed beside the peers and prints a table
	@Benchmarks/run.sh

train: ## Explains how the default model is trained
	@$(MAKE) --no-print-directory -C Training

install: ## Copies the program and its model, which are built, to PREFIX
	@test -x $(PROGRAM) || { echo "There is no program to install: run make build first." >&2; exit 1; }
	install -D $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/kapao-video
	install -D -m 644 Models/kapao_n.safetensors $(DESTDIR)$(PREFIX)/share/kapao-video/kapao_n.safetensors
	install -D -m 644 docs/live.md $(DESTDIR)$(PREFIX)/share/doc/kapao-video/live.md

clean: ## Removes what was built
	rm -rf .build out
