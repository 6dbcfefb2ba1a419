# Unit tests: every program three times over, as tests/unit/check runs them.
#
#   build/unit/plain/test_*   as compiled for use
#   build/unit/asan/test_*    with AddressSanitizer and UBSan
#   build/unit/tsan/test_*    with ThreadSanitizer (test_threads alone)
#
# The tests are in rooms: lib/ has those of libxc-ext/, tools/ those of tools/,
# hv/ those of hv-patches/, and sh/ scripts that try what is built or installed.
# A .c file of a room that is not a test is shared by the tests there.
#
# libxentime's objects are linked with those of fake/ in place of libxenctrl and
# libxencall, and with the real libxenstore.

U := build/unit
HV_PPC := hv-patches/ppc/files/xen
HV_COMMON := hv-patches/common/files/xen
LAB_ROOT := build/lab/$(OLDEST)/root

UNIT_FLAGS_plain := -O2 -g1
UNIT_FLAGS_asan  := -O1 -g1 -fsanitize=address,undefined \
                    -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_FLAGS_tsan  := -O1 -g -fsanitize=thread

UNIT_WRAPS := xs_read xs_write xs_rm xs_directory xs_transaction_start \
              xs_transaction_end send recv
UNIT_WRAP  := $(UNIT_WRAPS:%=-Wl,--wrap=%)
UNIT_LIBS  := -lxenstore -lxentoollog -luuid -lsmartcols -ljson-c -lgsl \
              -lgslcblas -lm -pthread
UNIT_CPP    = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -Werror -MMD -MP \
              -I/usr/include/libxml2 \
              -DXENTIME_VERSION='"$(VERSION)"' -Ilibxc-ext -Itools \
              -Ihv-patches/include -I$(HV_X86)/include -I$(HV_COMMON)/include \
              -I$(HV_PPC)/arch/ppc/include -Itests/unit \
              -DTOP='"$(CURDIR)"' -DLAB_RELEASE='"$(OLDEST)"' \
              -DXT_LOCK_DIR='"lock"'

UNIT_ROOMS  := lib tools hv
UNIT_TESTS  := $(notdir $(basename $(wildcard $(UNIT_ROOMS:%=tests/unit/%/test_*.c))))
UNIT_FAKE   := $(filter-out %/store %/xenstored_preload,$(basename \
                 $(wildcard tests/unit/fake/*.c)))
UNIT_SHARED := tests/unit/unit tests/unit/run tests/unit/fake/store $(UNIT_FAKE)
# The programs of a room are linked with these as well.  The hypervisor's files
# that know nothing of Xen are compiled as they are.
UNIT_WITH_hv    := $(addsuffix .o,$(POLICY) \
                     $(HV_PPC)/arch/ppc/pmu/context $(HV_PPC)/arch/ppc/pmu/lazy \
                     $(HV_COMMON)/common/profile-count \
                     $(HV_COMMON)/common/profile-ring)
UNIT_WITH_tools := tools.a
UNIT_LIBS_tools := $(FULL_LIBS)
FUZZ_TESTS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# $1: plain, asan or tsan; $2: a room
define UNIT_ROOM
$U/$1/test_%: $U/$1/tests/unit/$2/test_%.o $$(UNIT_SHARED:%=$U/$1/%.o) \
              $$(patsubst %.c,$U/$1/%.o,$$(filter-out tests/unit/$2/test_%, \
                $$(wildcard tests/unit/$2/*.c))) \
              $$(UNIT_WITH_$2:%=$U/$1/%) $$(UNIT_LIB_$1)
	$$(CC) $$(UNIT_FLAGS_$1) $$(UNIT_WRAP) -o $$@ $$^ -lcmocka $$(UNIT_LIBS) \
	    $$(UNIT_LIBS_$2)
endef

# $1: plain, asan or tsan
define UNIT_VARIANT
$U/$1/%.o: %.c | need-unit
	@mkdir -p $$(@D)
	$$(CC) $$(UNIT_CPP) $$(UNIT_FLAGS_$1) -c -o $$@ $$<
UNIT_LIB_$1 := $$(patsubst %.c,$U/$1/%.o,$$(wildcard libxc-ext/*.c))
$$(foreach r,$$(UNIT_ROOMS),$$(eval $$(call UNIT_ROOM,$1,$$r)))
# xentimectl, but for its main()
$U/$1/tools.a: $$(patsubst %.c,$U/$1/%.o,$$(filter-out tools/main.c,$(TOOLS))) \
               $$(POLICY:%=$U/$1/%.o)
	@rm -f $$@ && $$(AR) rcs $$@ $$^
# xentimectl on the fake Xen, with what xentimectl-full has
$U/$1/xentimectl: $U/$1/tools/main.o $U/$1/tools.a $$(UNIT_LIB_$1) \
                  $$(UNIT_FAKE:%=$U/$1/%.o)
	$$(CC) $$(UNIT_FLAGS_$1) -o $$@ -Wl,--whole-archive $$(filter %tools.a,$$^) \
	    -Wl,--no-whole-archive $$(filter-out %tools.a,$$^) $$(UNIT_LIBS) \
	    $$(FULL_LIBS)
# The fuzzers' targets, run over their corpus
$U/$1/fuzz_%: $U/$1/tests/fuzz/fuzz_%.o $U/$1/tests/fuzz/replay.o \
              $U/$1/tests/fuzz/xs_stub.o $U/$1/tools.a $$(UNIT_LIB_$1) \
              $$(UNIT_FAKE:%=$U/$1/%.o)
	$$(CC) $$(UNIT_FLAGS_$1) -o $$@ $$^ -lxentoollog -luuid -lsmartcols \
	    -ljson-c -lgsl -lgslcblas -lm -pthread $$(FULL_LIBS)
endef
$(foreach v,plain asan tsan,$(eval $(call UNIT_VARIANT,$v)))

# "plain" has the very objects that are compiled for use, but for lock.o, which
# has another path for the locks.
$U/plain/tools/%.o: $B/tools/%.o
	@mkdir -p $(@D) && ln -f $< $@
$U/plain/libxc-ext/%.o: $B/libxc-ext/%.o
	@mkdir -p $(@D) && ln -f $< $@
$U/plain/libxc-ext/lock.o: libxc-ext/lock.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_CPP) $(UNIT_FLAGS_plain) -c -o $@ $<

# Debian's xenstored preloads this, so it is linked with the libraries of that.
$U/xenstored_preload.so: tests/unit/fake/xenstored_preload.c | unit-xenstored
	@mkdir -p $(@D)
	gcc --sysroot=$(CURDIR)/$(LAB_ROOT) \
	    -B$(CURDIR)/$(LAB_ROOT)/usr/lib/x86_64-linux-gnu \
	    -L$(CURDIR)/$(LAB_ROOT)/usr/lib/x86_64-linux-gnu \
	    -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -fPIC -shared \
	    -o $@ $<
unit-xenstored: | need-unit
	@tests/lab/fetch $(OLDEST)

unit-plain unit-asan: unit-%: $U/xenstored_preload.so
unit-plain: $(UNIT_TESTS:%=$U/plain/%) $U/plain/xentimectl
unit-asan: $(UNIT_TESTS:%=$U/asan/%) $(FUZZ_TESTS:%=$U/asan/%) \
           $U/asan/xentimectl
unit-tsan: $U/xenstored_preload.so $U/tsan/test_threads

.PHONY: unit-plain unit-asan unit-tsan unit-xenstored
.PRECIOUS: $U/plain/%.o $U/asan/%.o $U/tsan/%.o
-include $(wildcard $U/*/*/*.d $U/*/*/*/*.d $U/*/tools/*/*/*.d $U/*/tests/unit/*/*.d $U/*/$(HV_X86)/hvm/*.d \
    $U/*/$(HV_COMMON)/common/*.d $U/*/$(HV_PPC)/arch/ppc/pmu/*.d)
