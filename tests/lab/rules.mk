# The lab's images, and what of the project goes into them.

GUEST   := tests/guests/x86
GUEST_S  = $B/guest
GUEST_CFLAGS := -m32 -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding \
    -fno-pic -fno-stack-protector -fcf-protection=none -mgeneral-regs-only \
    -fno-asynchronous-unwind-tables
GUEST_SRC  := $(addprefix $(GUEST)/,start.S guest.c smp.c self.c tick.c \
    timers.c clock.c xen.c pmu.c rounds.c keep.c witness.c)
LABDOM_SRC := $(addprefix $(GUEST)/,labdom.c build.c measure.c commands.c \
    vcpus.c domctl.c options.c stress.c hostile.c selfparams.c clone.c \
    crash.c evidence.c quiesce.c profile.c counts.c keeptime.c trace.c linux.c acpi.c)
LABDOM_LIBS := -lxenctrl -lxenguest -lxenforeignmemory -lxentoollog -lxenstore \
    -lxendevicemodel -lxencall

$B/guest.bin: $(GUEST_SRC) $(wildcard $(GUEST)/*.h) $(GUEST)/guest.ld
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -nostdlib -static -no-pie \
	    -Wl,-T,$(GUEST)/guest.ld -Wl,--build-id=none,--no-warn-rwx-segments -o $B/guest.elf \
	    $(GUEST_SRC)
	objcopy -O binary $B/guest.elf $@
$B/labdom: $(LABDOM_SRC) $(wildcard $(GUEST)/*.h) $(wildcard hv-patches/include/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Ihv-patches/include \
	    $(CFLAGS) -o $@ $(LABDOM_SRC) $(LABDOM_LIBS)

# Inits of Linux guests, which have no libraries.
LINUX_SAY := tests/guests/linux/say.c
LINUX_INITS := $B/clockwitness $B/perfloop
$(LINUX_INITS): $B/%: tests/guests/linux/%.c $(LINUX_SAY) $(LINUX_SAY:.c=.h)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -static -pthread -o $@ $< $(LINUX_SAY)

$B/meter: tests/lab/meter.c tests/lab/count.h
	$(CC) $(ALL_CFLAGS) -o $@ $<
$B/sampler: tests/lab/sampler.c
	$(CC) $(ALL_CFLAGS) -o $@ $<
$B/fwcfg: tests/lab/fwcfg.c
	$(CC) $(ALL_CFLAGS) -o $@ $<
$B/count.so: tests/lab/count.c tests/lab/count.h
	$(CC) $(ALL_CFLAGS) -fPIC -shared -o $@ $<

install-lab: install $B/guest.bin $B/labdom $B/meter $B/sampler $B/fwcfg $B/count.so \
             $(LINUX_INITS)
	install -D -m 755 $B/labdom $(DESTDIR)/usr/bin/labdom
	install -D -m 644 $B/guest.bin $(DESTDIR)/usr/bin/guest.bin
	install -D -m 755 $B/meter $(DESTDIR)/usr/bin/meter
	install -D -m 755 $B/sampler $(DESTDIR)/usr/bin/sampler
	install -D -m 755 $B/fwcfg $(DESTDIR)/usr/bin/fwcfg
	install -D -m 644 $B/count.so $(DESTDIR)/usr/lib/lab/count.so
	install -D -m 755 $B/perfloop $(DESTDIR)/usr/bin/perfloop
	install -d $(DESTDIR)/usr/lib/lab/linux
	install -m 755 $(LINUX_INITS) $(DESTDIR)/usr/lib/lab/linux

# Debian's packages of Xen release %, and the project built against them.
lab-images-%: need-lab
	@tests/lab/fetch $*
	@echo "lab: building for Xen $*" >&2
	@flock build/lab/$*/root.stamp \
	    $(MAKE) --no-print-directory -s B=build/lab/$*/obj \
	    SYSROOT=build/lab/$*/root DESTDIR=build/lab/$*/dest prefix=/usr \
	    CFLAGS=-O2 WERROR=-Werror install-lab
	@tests/lab/image $*

.PHONY: install-lab
