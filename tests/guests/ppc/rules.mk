# Guests for the ppc64le hypervisor: build/guests/ppc/TEST/bundle of each
# directory with a d1.c, as its "guests:" line has it.

PG      := tests/guests/ppc
PGB     := build/guests/ppc
PPC_GCC := powerpc64le-linux-gnu-gcc
PPC_TESTS := $(patsubst $(PG)/%/d1.c,%,$(wildcard $(PG)/*/d1.c))
PPC_LIB := $(PGB)/lib/start.o $(PGB)/lib/guest.o
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
$(PGB)/bundle: $(PG)/lib/bundle.c $(PG)/lib/bundle.h | need-ppc
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -o $@ $<

# $1: a test. Its "guests:" line is what bundle takes.
define PPC_BUNDLE
$(PGB)/$1/bundle: $(PGB)/bundle $(patsubst $(PG)/%.c,$(PGB)/%.bin,\
                  $(wildcard $(PG)/$1/*.c))
	$(PGB)/bundle $$@ $(PGB)/$1 \
	    $$$$(sed -n 's/^ \* guests: //p' $(PG)/$1/d1.c)
endef
$(foreach t,$(PPC_TESTS),$(eval $(call PPC_BUNDLE,$t)))

ppc-guests: $(PPC_TESTS:%=$(PGB)/%/bundle)
need-ppc:
	@tests/need gcc-powerpc64le-linux-gnu
.PHONY: ppc-guests need-ppc
.SECONDARY:
-include $(wildcard $(PGB)/*/*.d)
