# Unit tests: every program three times over, as tests/unit/check runs them.
#
#   build/unit/plain/test_*   as compiled for use
#   build/unit/asan/test_*    with AddressSanitizer and UBSan
#   build/unit/tsan/test_*    with ThreadSanitizer (test_threads alone)
#
# libxentime's objects are linked with fake_*.c in place of libxenctrl and
# libxencall, and with the real libxenstore.

U := build/unit
HV_PPC := hv-patches/ppc/files/xen
HV_COMMON := hv-patches/common/files/xen
LAB_ROOT := build/lab/4.17/root

UNIT_FLAGS_plain := -O2 -g1
UNIT_FLAGS_asan  := -O1 -g1 -fsanitize=address,undefined \
                    -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_FLAGS_tsan  := -O1 -g -fsanitize=thread

UNIT_WRAPS := xs_read xs_write xs_rm xs_directory xs_transaction_start \
              xs_transaction_end
UNIT_WRAP  := $(UNIT_WRAPS:%=-Wl,--wrap=%)
UNIT_LIBS  := -lxenstore -lxentoollog -luuid -lsmartcols -ljson-c -lgsl \
              -lgslcblas -lm -pthread
UNIT_CPP    = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -MMD -MP \
              -I/usr/include/libxml2 \
              -DXENTIME_VERSION='"$(VERSION)"' -Ilibxc-ext -Itools \
              -Ihv-patches/include -I$(HV_X86)/include -I$(HV_COMMON)/include \
              -I$(HV_PPC)/arch/ppc/include -Itests/unit \
              -DTOP='"$(CURDIR)"' -DXT_LOCK_DIR='"lock"'

UNIT_TESTS  := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
UNIT_FAKE   := fake_xen fake_vtimer fake_profile fault
UNIT_SHARED := unit $(UNIT_FAKE) store run session_model session_world
POLICY_TESTS  := test_clock test_policy test_policy_random \
                 test_policy_stock test_policy_time test_policy_undoubled \
                 test_policy_vcpus
POLICY_SHARED := $(POLICY) tests/unit/policy_vm tests/unit/policy_model \
                 tests/unit/policy_world
PMU_TESTS   := test_pmu_context test_pmu_lazy test_pmu_random \
               test_profile_count test_profile_ring
PMU_SHARED  := $(HV_PPC)/arch/ppc/pmu/context $(HV_PPC)/arch/ppc/pmu/lazy \
               $(HV_COMMON)/common/profile-count $(HV_COMMON)/common/profile-ring \
               tests/unit/pmu_world
FUZZ_TESTS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# $1: plain, asan or tsan
define UNIT_VARIANT
$U/$1/%.o: %.c | need-unit
	@mkdir -p $$(@D)
	$$(CC) $$(UNIT_CPP) $$(UNIT_FLAGS_$1) -c -o $$@ $$<
UNIT_LIB_$1 := $$(patsubst %.c,$U/$1/%.o,$$(wildcard libxc-ext/*.c))
$U/$1/test_%: $U/$1/tests/unit/test_%.o \
              $$(UNIT_SHARED:%=$U/$1/tests/unit/%.o) $$(UNIT_LIB_$1) \
              $U/$1/tools/output/text.o
	$$(CC) $$(UNIT_FLAGS_$1) $$(UNIT_WRAP) -o $$@ $$^ -lcmocka $$(UNIT_LIBS)
# The hypervisor's files that know nothing of Xen are compiled as they are.
$$(POLICY_TESTS:%=$U/$1/%): $$(POLICY_SHARED:%=$U/$1/%.o)
$$(PMU_TESTS:%=$U/$1/%): $$(PMU_SHARED:%=$U/$1/%.o)
$U/$1/test_text: $U/$1/tools/output/json.o
$U/$1/test_clock_fit: $U/$1/tools/skew/clock-fit.o
$U/$1/test_tick_phase: $U/$1/tools/predict/tick-phase.o $U/$1/tools/skew/clock-fit.o
$U/$1/test_ntplog: $U/$1/tools/skew/ntplog.o
$U/$1/test_xentrace: $U/$1/tools/predict/xentrace.o
$U/$1/test_sim: $U/$1/tools/predict/sim.o $U/$1/tools/predict/sim-cost.o \
                $U/$1/tools/predict/sim-load.o $U/$1/tools/predict/sim-order.o \
                $$(POLICY:%=$U/$1/%.o)
$U/$1/test_sim_order: $U/$1/tools/predict/sim-cost.o $U/$1/tools/predict/sim-order.o
$U/$1/test_shell_words: $U/$1/tools/shell/words.o
$U/$1/test_policy_xml: UNIT_LIBS += $$(FULL_LIBS)
$U/$1/test_policy_xml: $U/$1/tools.a
# xentimectl, but for its main()
$U/$1/tools.a: $$(patsubst %.c,$U/$1/%.o,$$(filter-out tools/main.c,$(TOOLS))) \
               $$(POLICY:%=$U/$1/%.o)
	@rm -f $$@ && $$(AR) rcs $$@ $$^
# xentimectl on the fake Xen, with what xentimectl-full has
$U/$1/xentimectl: $U/$1/tools/main.o $U/$1/tools.a $$(UNIT_LIB_$1) \
                  $$(UNIT_FAKE:%=$U/$1/tests/unit/%.o)
	$$(CC) $$(UNIT_FLAGS_$1) -o $$@ -Wl,--whole-archive $$(filter %tools.a,$$^) \
	    -Wl,--no-whole-archive $$(filter-out %tools.a,$$^) $$(UNIT_LIBS) \
	    $$(FULL_LIBS)
# The fuzzers' targets, run over their corpus
$U/$1/fuzz_%: $U/$1/tests/fuzz/fuzz_%.o $U/$1/tests/fuzz/replay.o \
              $U/$1/tests/fuzz/xs_stub.o $U/$1/tools.a $$(UNIT_LIB_$1) \
              $$(UNIT_FAKE:%=$U/$1/tests/unit/%.o)
	$$(CC) $$(UNIT_FLAGS_$1) -o $$@ $$^ -lxentoollog -luuid -lsmartcols \
	    -ljson-c -lgsl -lgslcblas -lm -pthread $$(FULL_LIBS)
endef
$(foreach v,plain asan tsan,$(eval $(call UNIT_VARIANT,$v)))

# As compiled for use: the very objects, but for the one with a path of its own.
$U/plain/tools/%.o: $B/tools/%.o
	@mkdir -p $(@D) && ln -f $< $@
$U/plain/libxc-ext/%.o: $B/libxc-ext/%.o
	@mkdir -p $(@D) && ln -f $< $@
$U/plain/libxc-ext/lock.o: libxc-ext/lock.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_CPP) $(UNIT_FLAGS_plain) -c -o $@ $<

# For Debian's xenstored, against the libraries that it is run with.
$U/xenstored_preload.so: tests/unit/xenstored_preload.c | unit-xenstored
	@mkdir -p $(@D)
	gcc --sysroot=$(CURDIR)/$(LAB_ROOT) \
	    -B$(CURDIR)/$(LAB_ROOT)/usr/lib/x86_64-linux-gnu \
	    -L$(CURDIR)/$(LAB_ROOT)/usr/lib/x86_64-linux-gnu \
	    -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -fPIC -shared \
	    -o $@ $<
unit-xenstored: | need-unit
	@tests/lab/fetch 4.17

unit-plain unit-asan: unit-%: $U/xenstored_preload.so
unit-plain: $(UNIT_TESTS:%=$U/plain/%) $U/plain/xentimectl
unit-asan: $(UNIT_TESTS:%=$U/asan/%) $(FUZZ_TESTS:%=$U/asan/%) \
           $U/asan/xentimectl
unit-tsan: $U/xenstored_preload.so $U/tsan/test_threads

.PHONY: unit-plain unit-asan unit-tsan unit-xenstored
.PRECIOUS: $U/plain/%.o $U/asan/%.o $U/tsan/%.o
-include $(wildcard $U/*/*/*.d $U/*/*/*/*.d $U/*/tests/*/*.d $U/*/$(HV_X86)/hvm/*.d \
    $U/*/$(HV_COMMON)/common/*.d $U/*/$(HV_PPC)/arch/ppc/pmu/*.d)
