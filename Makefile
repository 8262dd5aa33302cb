# Everything on a fresh Debian machine: `make demo` to see it work, `make test` to check it.

SWIFT ?= swift
PREFIX ?= /usr/local
# The program as it is installed holds Swift's libraries: nothing of Swift is needed where it runs. Tests use a build of their own.
STATIC := .build/static
PROGRAM := .build/kapao-video
COMMIT := Sources/CProcess/commit.h
# Debian's folders for zsh's completions, and others'.
ZSH := share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)

.PHONY: help setup build demo test lint format benchmark paper train manual install deb release clean

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## Installs the libraries and tools that are missing
	@scripts/setup.sh

build: setup ## Builds the program
	@printf '#define KAPAO_COMMIT "%s"\n' "$$(git rev-parse --short=10 HEAD 2>/dev/null || cat packaging/commit)" >$(COMMIT).new
	@cmp -s $(COMMIT).new $(COMMIT) && rm $(COMMIT).new || mv $(COMMIT).new $(COMMIT)
	$(SWIFT) build -c release --static-swift-stdlib --scratch-path $(STATIC) --product kapao-video
	strip -o $(PROGRAM) $(STATIC)/release/kapao-video

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

paper: build ## Makes the tables and plots of docs/paper.md from labelled pictures: IMAGES=DIR ANNOTATIONS=FILE
	@scripts/paper.sh "$(or $(IMAGES),$(error Say where labelled pictures are: make paper IMAGES=DIR ANNOTATIONS=FILE))" "$(ANNOTATIONS)" $(MODEL)

train: ## Explains how the default model is trained
	@$(MAKE) --no-print-directory -C Training

manual: ## Writes the manual's pages
	@scripts/setup.sh go-md2man
	@rm -rf .build/man && scripts/manual.py $(PROGRAM) .build/man

install: ## Copies the program, which is built, with its model, unit, documentation and completions to PREFIX
	@test -x $(PROGRAM) || { echo "There is no program to install: run make build first." >&2; exit 1; }
	install -D $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/kapao-video
	install -D -m 644 Models/kapao_n.safetensors $(DESTDIR)$(PREFIX)/share/kapao-video/kapao_n.safetensors
	install -d $(DESTDIR)$(PREFIX)/share/doc/kapao-video/examples $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 644 docs/*.md docs/*.svg docs/*.jpg CHANGELOG.md $(DESTDIR)$(PREFIX)/share/doc/kapao-video/
	install -m 644 Samples/campus.mp4 Samples/kapao-video.yaml packaging/nginx.conf packaging/Caddyfile \
	  packaging/kapao-video.logrotate $(DESTDIR)$(PREFIX)/share/doc/kapao-video/examples/
	sed 's#/usr/local/#$(PREFIX)/#g' packaging/kapao-video.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/kapao-video.service
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/$(ZSH) \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(PROGRAM) --generate-completion-script bash | sed '/^#!/d' >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/kapao-video
	$(PROGRAM) --generate-completion-script zsh >$(DESTDIR)$(PREFIX)/$(ZSH)/_kapao-video
	$(PROGRAM) --generate-completion-script fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kapao-video.fish
	for page in $(wildcard .build/man/*); do \
	  install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; done

deb: build ## Builds a Debian package for this release of Debian: out/kapao-video_*.deb
	@scripts/package.sh

release: deb ## Builds source tarball, package and checksums of a commit: out/release
	@scripts/release.sh

clean: ## Removes what was built
	rm -rf .build out
