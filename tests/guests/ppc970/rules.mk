# The payload for QEMU's PPC970: 32 bits, big endian.

P970    := build/guests/ppc970
P970_CC := powerpc64-linux-gnu-gcc -m32 -mcpu=970 -mno-altivec -O2 -std=gnu11 \
           -ffreestanding -nostdlib -fno-pic -static -no-pie \
           -fno-stack-protector -fno-tree-loop-distribute-patterns -Wall \
           -Wextra -Werror -Wa,-mppc64 \
           -Ihv-patches/ppc/files/xen/arch/ppc/include

$(P970)/payload: $(wildcard tests/guests/ppc970/*) \
    hv-patches/ppc/files/xen/arch/ppc/pmu/context.c \
    $(wildcard hv-patches/ppc/files/xen/arch/ppc/include/asm/pmu-*.h) | need-970
	@mkdir -p $(@D)
	$(P970_CC) -Wl,-T,tests/guests/ppc970/payload.lds -Wl,--build-id=none \
	    -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -o $@ \
	    tests/guests/ppc970/start.S tests/guests/ppc970/payload.c \
	    hv-patches/ppc/files/xen/arch/ppc/pmu/context.c

ppc970-payload: $(P970)/payload
need-970:
	@tests/need gcc-powerpc64-linux-gnu
.PHONY: ppc970-payload need-970
