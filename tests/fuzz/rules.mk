# Fuzzing with libFuzzer (clang): FUZZ_SECONDS for each target.  New inputs
# are kept in build/fuzz/corpus; tests/fuzz/corpus holds a few by hand, which
# tests/unit/check replays without clang.

FUZZ_SECONDS ?= 60
FUZZ_PKGS    := clang libclang-rt-dev
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SRC     := tests/fuzz/xs_stub.c $(UNIT_FAKE:%=%.c) $(wildcard libxc-ext/*.c)
FUZZ_TOOLS   := $(filter-out tools/main.c,$(TOOLS)) $(POLICY:%=%.c)
FIT          := $(addprefix tools/skew/,clock-fit.c cliffs.c trend.c)

build/fuzz/fuzz_text: FUZZ_MORE := $(wildcard tools/output/*.c)
build/fuzz/fuzz_cli: FUZZ_MORE := $(FUZZ_TOOLS)
build/fuzz/fuzz_xentrace: FUZZ_MORE := $(addprefix tools/predict/,xentrace.c \
    sim.c sim-cost.c sim-guest.c sim-load.c sim-order.c tick-phase.c) \
    $(FIT) $(POLICY:%=%.c)
build/fuzz/fuzz_words: FUZZ_MORE := tools/shell/words.c
build/fuzz/fuzz_policy: FUZZ_MORE := $(addprefix tools/policy/,read.c xml.c model.c) \
    $(wildcard tools/output/*.c)
build/fuzz/fuzz_import: FUZZ_MORE := $(addprefix tools/policy/,import.c read.c xml.c \
    write.c model.c) $(wildcard tools/output/*.c)
build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(FUZZ_SRC) $(FUZZ_TOOLS) | setup
	@tests/need $(FUZZ_PKGS)
	@mkdir -p $(@D)
	clang $(filter-out -MMD -MP -Werror,$(UNIT_CPP)) -O1 -g \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -o $@ $< $(FUZZ_SRC) $(FUZZ_MORE) -lxentoollog -luuid -lsmartcols \
	    -ljson-c -lgsl -lgslcblas -lm $(FULL_LIBS)

# Logs of clocks need nothing of Xen.
FUZZ_LOG := $(wildcard tools/skew/log/*.c) $(FIT)
$(patsubst %,build/fuzz/%,$(filter fuzz_log_% fuzz_ntplog,$(FUZZ_TARGETS))): \
build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h tests/fuzz/fuzz_log.h $(FUZZ_LOG) | setup
	@tests/need $(FUZZ_PKGS)
	@mkdir -p $(@D)
	clang $(filter-out -MMD -MP -Werror,$(UNIT_CPP)) -O1 -g \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -o $@ $< $(FUZZ_LOG) -lgsl -lgslcblas -lm $(FULL_LIBS)

fuzz: $(FUZZ_TARGETS:%=fuzz-%)
.PRECIOUS: build/fuzz/%
fuzz-%: build/fuzz/%
	@mkdir -p build/fuzz/corpus/$* build/fuzz/tmp
	@echo "fuzz: $* for $(FUZZ_SECONDS) s"
	@TMPDIR=$(CURDIR)/build/fuzz/tmp build/fuzz/$* -verbosity=0 \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=512 -timeout=10 \
	    -print_final_stats=1 -artifact_prefix=$(CURDIR)/build/fuzz/$*- \
	    $(CURDIR)/build/fuzz/corpus/$* $(CURDIR)/tests/fuzz/corpus/$* \
	    >build/fuzz/$*.log 2>&1 || { tail -n 60 build/fuzz/$*.log; exit 1; }
	@grep '^stat::number_of_executed_units' build/fuzz/$*.log

.PHONY: fuzz
