# Guests for the ppc64le hypervisor: build/guests/ppc/TEST/bundle of each
# directory with a d1.c, as its "guests:" line has it.

PG      := tests/guests/ppc
PGB     := build/guests/ppc
PPC_GCC := powerpc64le-linux-gnu-gcc
PPC_TESTS := $(patsubst $(PG)/%/d1.c,%,$(wildcard $(PG)/*/d1.c))
PPC_LIB := $(PGB)/lib/start.o $(PGB)/lib/guest.o $(PGB)/lib/tap.o
PPC_FLAGS := -O2 -g -std=gnu11 -ffreestanding -nostdlib -fno-pic -mcpu=power9 \
             -mcmodel=medium -msoft-float -mno-altivec -mno-vsx -mstrict-align \
             -fno-stack-protector -fno-tree-loop-distribute-patterns \
             -Wall -Wextra -Werror -MMD -MP -I$(PG)/lib -Ihv-patches/include

$(PGB)/%.o: $(PG)/%.c | need-ppc
	@mkdir -p $(@D)
	$(PPC_GCC) $(PPC_FLAGS) -c -o $@ $<
$(PGB)/%.o: $(PG)/%.S | need-ppc
	@mkdir -p $(@D)
	$(PPC_GCC) $(PPC_FLAGS) -c -o $@ $<
$(PGB)/%.elf: $(PGB)/%.o $(PPC_LIB) $(PG)/lib/guest.lds
	$(PPC_GCC) -nostdlib -static -no-pie -Wl,-T,$(PG)/lib/guest.lds \
	    -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments \
	    -o $@ $< $(PPC_LIB)
$(PGB)/%.bin: $(PGB)/%.elf
	powerpc64le-linux-gnu-objcopy -O binary $< $@
$(PGB)/bundle: $(PG)/lib/bundle.c $(PG)/lib/linux-image.c \
               $(PG)/lib/bundle.h $(PG)/lib/linux-image.h | need-ppc
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -o $@ $(filter %.c,$^) -lfdt

# Guests that are a Linux: their source includes linux.h, lives.h or perf.h, and
# becomes /init.
PPC_INIT := $(patsubst $(PG)/%.c,%,\
              $(shell grep -lE '^\#include "(linux|lives|perf).h"' $(PG)/*/d?.c))
$(PGB)/%.init: $(PG)/%.c $(PG)/lib/linux.c $(PG)/lib/perf.c $(PG)/lib/tap.c \
              $(PG)/lib/tap.h $(PG)/lib/linux.h $(PG)/lib/lives.h \
              $(PG)/lib/perf.h | need-ppc
	@mkdir -p $(@D)
	$(PPC_GCC) -O2 -static -mcpu=power9 -Wall -Wextra -Werror -I$(PG)/lib \
	    -o $@ $(filter %.c,$^)
	powerpc64le-linux-gnu-strip $@
# Debian's kernel, which is fetched once.
$(PGB)/vmlinux: tests/lab/ppc/packages-linux
	@mkdir -p $(@D)
	tests/lab/fetch ppc/linux
	ln -sf $$(ls -d $(abspath $(or $(LAB_BUILD),build/lab))/ppc/linux/root/boot/vmlinux-*) $@
# Debian's perf, and what it profiles: of tests with "perf", which only "make
# ppc-perf-guests" makes.
PPC_PERF := $(patsubst $(PG)/%/d1.c,%,\
              $(shell grep -l '^ \* lab: .*with=perf' $(PG)/*/d1.c))
$(PGB)/hot: $(PG)/lib/hot.S | need-ppc
	@mkdir -p $(@D)
	$(PPC_GCC) -nostdlib -static -no-pie -Wl,--build-id=none -o $@ $<
$(PGB)/perf.cpio: $(PGB)/hot tests/lab/ppc/perf-archive tests/lab/ppc/packages-perf
	tests/lab/ppc/perf-archive $(PGB)/hot $@

# $1: a test. Its "guests:" line is what bundle takes.
ppc_guests = $(patsubst $(PG)/%.c,%,$(wildcard $(PG)/$1/*.c))
ppc_inits  = $(filter $(ppc_guests),$(PPC_INIT))
define PPC_BUNDLE
$(PGB)/$1/bundle: $(PGB)/bundle $(if $(ppc_inits),$(PGB)/vmlinux) \
                  $(if $(filter $1,$(PPC_PERF)),$(PGB)/perf.cpio) \
                  $(patsubst %,$(PGB)/%.init,$(ppc_inits)) \
                  $(patsubst %,$(PGB)/%.bin,$(filter-out $(PPC_INIT),$(ppc_guests)))
	$(PGB)/bundle $$@ $(PGB)/$1 kernel=$(PGB)/vmlinux perf=$(PGB)/perf.cpio \
	    $$$$(sed -n 's/^ \* guests: //p' $(PG)/$1/d1.c)
endef
$(foreach t,$(PPC_TESTS),$(eval $(call PPC_BUNDLE,$t)))

ppc-guests: $(patsubst %,$(PGB)/%/bundle,$(filter-out $(PPC_PERF),$(PPC_TESTS)))
ppc-perf-guests: $(PPC_PERF:%=$(PGB)/%/bundle)
need-ppc:
	@tests/need gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross libfdt-dev cpio
.PHONY: ppc-guests ppc-perf-guests need-ppc
.SECONDARY:
-include $(wildcard $(PGB)/*/*.d)
