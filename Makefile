# outcry: everything is built from here, into $(BUILD). `make help` lists the targets.

BUILD   ?= build
PREFIX  ?= /usr/local
CC      ?= gcc
V       ?=
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(2)')

VERSION := 0.1.0

CSTD    := -std=c17 -D_GNU_SOURCE
WARN    := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wvla -Wswitch-enum -Werror
OPT     ?= -O2 -g
HARDEN  := -fstack-protector-strong -fno-strict-overflow
SAN     ?=
CPPFLAGS += -I. -I$(BUILD)/gen -DOUTCRY_VERSION='"$(VERSION)"' -DOUTCRY_PREFIX='"$(PREFIX)"'
CFLAGS  += $(CSTD) $(WARN) $(OPT) $(HARDEN) $(SAN) -MMD -MP
LDFLAGS += $(SAN) -Wl,--as-needed

# What each layer may link: the linker keeps the layers apart too.
LIBS_core    := -lmsgpackc
LIBS_db      := -lsqlite3 $(LIBS_core)
LIBS_gateway := -lzmq -larchive -linih -ljansson -lpthread $(LIBS_db)
LIBS_tui     := -lformw -lmenuw -lpanelw -lncursesw $(LIBS_gateway)

SRC_core    := $(wildcard core/*.c)
SRC_db      := $(wildcard db/*.c)
SRC_gateway := $(filter-out %_main.c,$(wildcard gateway/*.c gateway/*/*.c))
SRC_tui     := $(filter-out %_main.c,$(wildcard tui/*.c tui/*/*.c))
MAINS       := $(wildcard gateway/*_main.c tui/*_main.c)

ARCHIVES_core    := $(BUILD)/libcore.a
ARCHIVES_db      := $(BUILD)/libdb.a $(ARCHIVES_core)
ARCHIVES_gateway := $(BUILD)/libgateway.a $(ARCHIVES_db)
ARCHIVES_tui     := $(BUILD)/libtui.a $(ARCHIVES_gateway)

# gateway/daemon_main.c -> outcryd; tui/outcry_main.c -> outcry; gateway/NAME_main.c -> outcry-NAME.
program   = $(BUILD)/$(if $(filter outcry,$(1)),outcry,$(if $(filter daemon,$(1)),outcryd,outcry-$(1)))
PROGRAMS := $(foreach m,$(MAINS),$(call program,$(patsubst %_main,%,$(basename $(notdir $(m))))))

TESTS_core    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/core/test_*.c))
TESTS_db      := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/db/test_*.c))
TESTS_gateway := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/gateway/test_*.c))
TESTS_tui     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tui/test_*.c))
TESTS_torture := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/torture/test_*.c))
TESTS_sim     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/sim/test_*.c))
# The fuzzers' corpora, without a fuzzer.
TESTS_fuzz    := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/corpus_%,$(wildcard tests/fuzz/fuzz_*.c))
TESTS         := $(TESTS_core) $(TESTS_sim) $(TESTS_db) $(TESTS_gateway) $(TESTS_tui) $(TESTS_torture) $(TESTS_fuzz)
BENCHES       := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))

objects   = $(patsubst %.c,$(BUILD)/%.o,$(1))
DEPS_STAMP := build/.deps

.PHONY: all run test sim torture unit asan ubsan tsan lint fuzz bench coverage golden docs deps install uninstall help clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(ARCHIVES_tui) $(PROGRAMS) ## build every program

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo '  variables: REPLAY=FILE SPEED=N SEEK=TIME (run)  V=1 (show commands)  PREFIX=DIR DESTDIR=DIR (install)  FUZZ_S=N (fuzz)'

# --- what must be on the machine -----------------------------------------------------------------------------------------
# The stamp is remade when the list of packages changes; everything that is compiled waits for it.
$(DEPS_STAMP): .ci/deps.sh
	$(Q)mkdir -p $(@D)
	$(Q)sh .ci/deps.sh build
	$(Q)touch $@

deps: ## install the packages that building and testing need
	$(Q)sh .ci/deps.sh build lint fuzz

# --- compiling -------------------------------------------------------------------------------------------------------------
$(BUILD)/%.o: %.c | $(DEPS_STAMP)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# Texts that the programs carry: SQL schemas and themes, as C.
$(BUILD)/gen/schema.c: core/embed.sh $(wildcard db/schema/*/*.sql)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)sh core/embed.sh schema db/schema $(sort $(wildcard db/schema/*/*.sql)) > $@
$(BUILD)/gen/themes.c: core/embed.sh $(wildcard themes/*.ini)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)sh core/embed.sh themes themes $(sort $(wildcard themes/*.ini)) > $@
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c | $(DEPS_STAMP)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/libcore.a: $(call objects,$(SRC_core))
$(BUILD)/libdb.a: $(call objects,$(SRC_db)) $(BUILD)/gen/schema.o
$(BUILD)/libgateway.a: $(call objects,$(SRC_gateway))
$(BUILD)/libtui.a: $(call objects,$(SRC_tui)) $(BUILD)/gen/themes.o
$(BUILD)/lib%.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define link
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(1)
endef

$(BUILD)/outcry: $(BUILD)/tui/outcry_main.o $(ARCHIVES_tui)
	$(call link,$(LIBS_tui))
$(BUILD)/outcryd: $(BUILD)/gateway/daemon_main.o $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway))
$(BUILD)/outcry-%: $(BUILD)/gateway/%_main.o $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway))

$(TESTS_core): $(BUILD)/%: $(BUILD)/%.o $(ARCHIVES_core)
	$(call link,$(LIBS_core) -lcmocka)
# The simulation: the short run of `make test` and the program of `make sim` are the same but for their main().
SIM := $(call objects,$(filter-out tests/sim/test_%.c %_main.c,$(wildcard tests/sim/*.c)))
$(TESTS_sim): $(BUILD)/%: $(BUILD)/%.o $(SIM) $(ARCHIVES_gateway)
	$(call link,$(LIBS_db) -lcmocka)
$(BUILD)/tests/sim/sim: $(BUILD)/tests/sim/sim_main.o $(SIM) $(ARCHIVES_gateway)
	$(call link,$(LIBS_db))
$(TESTS_db): $(BUILD)/%: $(BUILD)/%.o $(ARCHIVES_db)
	$(call link,$(LIBS_db) -lcmocka)
$(TESTS_gateway): $(BUILD)/%: $(BUILD)/%.o $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway) -lcmocka)
# What the screen's tests share: the recorded morning, the screen on a pseudo terminal.
$(BUILD)/tests/libtui-tests.a: $(call objects,$(filter-out tests/tui/test_%.c,$(wildcard tests/tui/*.c)))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(TESTS_tui): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/libtui-tests.a $(ARCHIVES_tui)
	$(call link,$(LIBS_tui) -lvterm -lcmocka)
$(BENCHES): $(BUILD)/%: $(BUILD)/%.o $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway))
$(BUILD)/tests/fuzz/corpus_theme: $(BUILD)/tui/theme_parse.o
$(TESTS_fuzz): $(BUILD)/tests/fuzz/corpus_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/corpus.o $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway) -lcmocka)
# The torture: the short run of `make test` and the program of `make torture` are the same but for their main().
TORTURE := $(call objects,$(filter-out tests/torture/test_%.c tests/torture/shim_%.c %_main.c,$(wildcard tests/torture/*.c)))
$(BUILD)/tests/torture/shim_%.so: tests/torture/shim_%.c | $(DEPS_STAMP)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CSTD) $(WARN) $(OPT) -fPIC -shared -o $@ $<
$(BUILD)/tests/torture/test_clock_jump: $(BUILD)/tests/torture/shim_clock.so
$(TESTS_torture): $(BUILD)/%: $(BUILD)/%.o $(TORTURE) $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway) -lcmocka)
$(BUILD)/tests/torture/torture: $(BUILD)/tests/torture/torture_main.o $(TORTURE) $(ARCHIVES_gateway)
	$(call link,$(LIBS_gateway))

-include $(shell [ -d $(BUILD) ] && find $(BUILD) -name '*.d' 2>/dev/null)

# --- running ---------------------------------------------------------------------------------------------------------------
run: all ## open the workstation: make run [REPLAY=FILE] [SPEED=60] [SEEK=08:45]
	$(Q)$(BUILD)/outcry $(if $(REPLAY),--replay '$(REPLAY)') $(if $(SPEED),--speed '$(SPEED)') $(if $(SEEK),--seek '$(SEEK)')

# --- proving ---------------------------------------------------------------------------------------------------------------
test: all $(TESTS) ## build and run every test, end with a count
	$(Q)BUILD=$(BUILD) sh tests/run-tests.sh $(TESTS)

unit: $(TESTS_core) ## the tests of the pure core alone
	$(Q)BUILD=$(BUILD) sh tests/run-tests.sh $(TESTS_core)

# Leak reports of libraries' once-only allocations are listed, with reasons, in tests/lint/*.supp.
asan: ## every test under AddressSanitizer and LeakSanitizer
	$(Q)$(MAKE) --no-print-directory BUILD=build/asan SAN='-fsanitize=address -fno-omit-frame-pointer' OPT='-O1 -g' test
ubsan: ## every test under UndefinedBehaviorSanitizer
	$(Q)$(MAKE) --no-print-directory BUILD=build/ubsan SAN='-fsanitize=undefined -fno-sanitize-recover=all' OPT='-O1 -g' test
tsan: ## every test under ThreadSanitizer
	$(Q)$(MAKE) --no-print-directory BUILD=build/tsan SAN='-fsanitize=thread' OPT='-O1 -g' test

lint: all ## layers, header shape, lengths, names of files, banned calls, shellcheck, clang-tidy, cppcheck
	$(Q)sh .ci/deps.sh lint
	$(Q)BUILD=$(BUILD) sh tests/lint/lint.sh

# Built again by clang with its own flags (WARN is gcc's), into build/fuzz; tests/fuzz/fuzz_NAME.c may use core, db and gateway.
FUZZ_S     ?= 20
FUZZ_NAMES := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SAN   := -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz: ## parsers on hostile bytes, FUZZ_S seconds each
	$(Q)sh .ci/deps.sh build fuzz
	$(Q)$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang WARN= HARDEN= OPT='-O1 -g' \
	    SAN='$(FUZZ_SAN) -fsanitize=fuzzer-no-link' $(addprefix build/fuzz/,$(FUZZ_NAMES))
	$(Q)FUZZ_S=$(FUZZ_S) sh tests/fuzz/fuzz.sh $(FUZZ_NAMES)
$(BUILD)/fuzz_theme: $(BUILD)/tui/theme_parse.o
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(ARCHIVES_gateway)
	$(call link,-fsanitize=fuzzer $(LIBS_gateway))

golden: $(BUILD)/tests/tui/test_screen ## draw tests/tui/golden again, to be looked at before it is kept
	$(Q)GOLDEN_UPDATE=1 $< > /dev/null 2>&1 || $<
	$(Q)git status --short tests/tui/golden

KILLS ?= 1000
SEED  ?= 1
SEEDS ?= 10000
sim: $(BUILD)/tests/sim/sim ## the order path under chaos on virtual time, SEEDS times, then the controls
	$(Q)$(BUILD)/tests/sim/sim $(SEEDS)

torture: all $(BUILD)/tests/torture/torture ## kill -9 the real processes, KILLS times, and compare the books: [SEED=1]
	$(Q)$(BUILD)/tests/torture/torture --kills $(KILLS) --seed $(SEED) $(if $(V),--verbose)

coverage: ## lines that the tests run, a folder at a time
	$(Q)find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	$(Q)$(MAKE) --no-print-directory BUILD=build/coverage SAN='--coverage -DCOVERAGE' OPT='-O0 -g' test; code=$$?; \
	    sh tests/coverage.sh build/coverage && exit $$code

docs: $(BUILD)/tests/core/test_protocol ## docs/PROTOCOL.md from the message tables
	$(Q)OUTCRY_WRITE_DOCS=1 $(BUILD)/tests/core/test_protocol >/dev/null

bench: $(BENCHES) ## ratios against a floor or a peer measured in the same run
	$(Q)for b in $(BENCHES); do echo "== $$b"; $$b || exit 1; done

clean: ## remove what was built
	$(Q)rm -rf build

# --- installing ------------------------------------------------------------------------------------------------------------
install: all ## into PREFIX: programs, themes, manual pages, a systemd user unit for outcryd
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/outcry/themes $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/lib/systemd/user
	$(Q)install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	$(Q)install -m 644 themes/*.ini $(DESTDIR)$(PREFIX)/share/outcry/themes
	$(Q)install -m 644 $(wildcard docs/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	$(Q)sed 's|@BINDIR@|$(PREFIX)/bin|' gateway/outcryd.service.in > $(DESTDIR)$(PREFIX)/lib/systemd/user/outcryd.service
	@echo "installed into $(DESTDIR)$(PREFIX)"

uninstall: ## remove what install put there
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(notdir $(PROGRAMS)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(wildcard docs/man/*.1)))
	$(Q)rm -f $(DESTDIR)$(PREFIX)/lib/systemd/user/outcryd.service
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/share/outcry
