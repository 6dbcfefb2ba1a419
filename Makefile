# xentimectl.  "make demo" shows it at work, "make check" tests it; README.md
# has the rest.

VERSION := 0.1.0
SO := 1

prefix     ?= /usr/local
sbindir    ?= $(prefix)/sbin
libdir     ?= $(prefix)/lib
fulldir     = $(prefix)/lib/xentime
includedir ?= $(prefix)/include
mandir     ?= $(prefix)/share/man
compdir    ?= $(prefix)/share/bash-completion/completions
zshdir     ?= $(prefix)/share/zsh/site-functions
fishdir    ?= $(prefix)/share/fish/vendor_completions.d
datadir    ?= $(prefix)/share/xentime
sysconfdir ?= /etc
unitdir    ?= $(prefix)/lib/systemd/system

B       ?= build/host#    where this build's objects go
SYSROOT ?=#               unpacked packages to build against, not the host's
WERROR  ?=#               "-Werror" in tests: a warning stops no one who builds
SYSTEMD ?=#               "no": watch does not tell systemd, and has no units

# CFLAGS, CPPFLAGS and LDFLAGS are for whoever builds.  Where they are not given,
# programs are hardened as Debian's packages are.
CFLAGS  ?= -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
           -fstack-protector-strong -fstack-clash-protection
LDFLAGS ?= -Wl,-z,relro -Wl,-z,now

# The oldest release of Xen that hv-patches/releases has, and the one that the
# lab takes unless told otherwise.
OLDEST  := $(firstword $(shell tests/releases))
LAB_XEN ?= $(OLDEST)

# Debian packages, by what needs them.
BUILD_PKGS := gcc $(shell awk '/^(needed|optional) / { print $$3 }' packaging/dependencies)
UNIT_PKGS  := libcmocka-dev ansible-core valgrind systemd prometheus tmux procps \
              python3-prometheus-client mandoc groff-base man-db bsdextrautils jq pkgconf \
              gnuplot-nox locales clang musl-tools zsh fish
DEB_PKGS   := debhelper lintian dpkg-dev mmdebstrap
LAB_PKGS    = $(shell sed 's/\#.*//' tests/lab/host-packages)
# What xentimectl is compared with, and what measures.
PEER_PKGS  := ntpsec-ntpviz time jq
HV_PKGS     = $(shell sed 's/\#.*//' hv-patches/packages)
HV_PPC_PKGS = $(shell sed 's/\#.*//' hv-patches/packages-ppc)

ifneq ($(SYSROOT),)
S  := $(abspath $(SYSROOT))
CC += --sysroot=$S -B$S/usr/lib/x86_64-linux-gnu -L$S/usr/lib/x86_64-linux-gnu
BUILD_PKGS := gcc libc6-dev
endif

# These files of the hypervisor decide what its timer modes do, and "simulate"
# is built with them, so that it predicts the same.
HV_X86    := hv-patches/x86/files/xen/arch/x86
POLICY    := $(HV_X86)/hvm/vpt-policy $(HV_X86)/hvm/vpt-clock

# The rows of tables do not name the fields that they leave at 0.
WARNINGS  := -Wall -Wextra -Wformat-security -Wno-missing-field-initializers
INCLUDES   = -Ilibxc-ext -Itools -I$(HV_X86)/include -Ihv-patches/include \
             -I$S/usr/include/libxml2
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(WERROR) -MMD -MP \
             -DXENTIME_VERSION='"$(VERSION)"' $(NO_SYSTEMD) $(INCLUDES) \
             $(CPPFLAGS) $(CFLAGS)
# The linker's map of a program tells what was linked statically into it.
MAP        = -Wl,-Map=$@.map
LIB_LIBS  := -lxenctrl -lxencall -lxenstore -luuid

# The command has in it what can be had as an archive: it fits one release of Xen
# anyhow, starts in half the time, and can still say what is wrong when Xen's
# libraries are replaced under it.  Xen's are taken so all or none, each other one
# by itself.  XEN_STATIC= links all of them as usual.
XEN_LIBS   := $(addprefix xen,ctrl call store foreignmemory toollog)
XEN_BELOW  := $(addprefix xen,evtchn gnttab devicemodel toollog toolcore)
archive     = $(filter /%,$(shell $(CC) -print-file-name=lib$1.a))
XEN_STATIC ?= $(if $(strip $(foreach l,$(XEN_LIBS) $(XEN_BELOW),$(if \
                $(call archive,$l),,$l))),,yes)
SLIM_LIBS   = $(if $(XEN_STATIC),$(foreach l,$(XEN_LIBS) $(XEN_BELOW),$(call \
                archive,$l)),$(XEN_LIBS:%=-l%)) \
              $(foreach l,uuid json-c,$(or $(if \
                $(XEN_STATIC),$(call archive,$l)),-l$l)) -lsmartcols
LIB_OBJS  := $(patsubst %.c,$B/%.o,$(wildcard libxc-ext/*.c))
TOOLS     := $(wildcard tools/*.c tools/*/*.c tools/*/*/*.c)
TOOL_OBJS := $(TOOLS:%.c=$B/%.o) $(POLICY:%=$B/%.o)

# Commands that need these are in xentimectl-full alone: see tools/cli/exec-full.c.
FULL_OBJS := $(patsubst %.c,$B/%.o,$(wildcard tools/skew/*.c tools/skew/log/*.c tools/predict/*.c \
                tools/policy/*.c tools/watch/*.c tools/shell/*.c)) $(POLICY:%=$B/%.o)
FULL_LIBS  = -lgsl -lgslcblas -lm -lxlutil -lxml2 -lreadline $(LIBSYSTEMD) \
             $(call optional,zlib.h,-lz) $(call optional,lzma.h,-llzma)

# $1: a header, which the source looks for as well; $2: the library
optional   = $(shell $(CC) $(CPPFLAGS) -E -x c /dev/null -include $1 \
               >/dev/null 2>&1 && echo $2)
# watch/systemd.h has the same condition, skew/log/input.c those of the others.
NO_SYSTEMD = $(if $(filter no,$(SYSTEMD)),-DNO_SYSTEMD)
LIBSYSTEMD = $(if $(NO_SYSTEMD),,$(call optional,systemd/sd-daemon.h,-lsystemd))

# These name the timer modes, in the words of the one table of modes.
MODE_TEXTS := $B/xentime-policy.rng $B/xentime.json

all: $B/libxentime.so $B/libxentime.a $B/xentimectl $B/xentimectl-full $(MODE_TEXTS)

# A build asks no package manager.  If a header is missing, it says which.
$B/headers: packaging/headers packaging/dependencies
	@mkdir -p $(@D)
	@packaging/headers $(CC) $(INCLUDES) $(CPPFLAGS)
	@touch $@

PIC := -fPIE
$(LIB_OBJS): PIC := -fPIC
$B/%.o: %.c | $B/headers
	@mkdir -p $(@D)
	$(CC) $(PIC) $(ALL_CFLAGS) -c -o $@ $<

$B/libxentime.so.$(SO): $(LIB_OBJS) libxc-ext/libxentime.map
	$(CC) $(CFLAGS) $(LDFLAGS) $(MAP) -shared -Wl,-soname,$(@F) -Wl,-z,defs \
	    -Wl,--version-script,libxc-ext/libxentime.map \
	    -o $@ $(LIB_OBJS) $(LIB_LIBS)
$B/libxentime.so: $B/libxentime.so.$(SO)
	ln -sf $(<F) $@
$B/libxentime.a: $(LIB_OBJS)
	rm -f $@ && $(AR) rcs $@ $^
$B/xentimectl: $(filter-out $(FULL_OBJS),$(TOOL_OBJS)) $B/libxentime.a
	$(CC) -pie $(CFLAGS) $(LDFLAGS) $(MAP) -o $@ $^ $(SLIM_LIBS)
$B/xentimectl-full: $(TOOL_OBJS) $B/libxentime.a
	$(CC) -pie $(CFLAGS) $(LDFLAGS) $(MAP) -o $@ $^ -lxenforeignmemory -lxentoollog \
	    $(LIB_LIBS) -lsmartcols -ljson-c $(FULL_LIBS)

$B/xentime-policy.rng: tools/policy/xentime-policy.rng.in
$B/xentime.json: grafana/xentime.json.in
$(MODE_TEXTS): libxc-ext/mode-words.awk libxc-ext/names.c
	@mkdir -p $(@D)
	awk -f libxc-ext/mode-words.awk libxc-ext/names.c $(filter %.in,$^) >$@.new
	mv $@.new $@

# ---- what is installed: the directories, and the files of each ----

pkgconfigdir = $(libdir)/pkgconfig
man3dir = $(mandir)/man3
man5dir = $(mandir)/man5
man7dir = $(mandir)/man7
man8dir = $(mandir)/man8

IN_sbindir      = $B/xentimectl
IN_fulldir      = $B/xentimectl-full
IN_libdir       = $B/libxentime.a $B/libxentime.so.$(SO)
IN_pkgconfigdir = $B/libxc-ext/xentime.pc
IN_includedir   = libxc-ext/xentime.h
IN_man3dir      = $(wildcard man/*.3)
IN_man5dir      = $(wildcard man/*.5)
IN_man7dir      = $(wildcard man/*.7)
IN_man8dir      = $(wildcard man/*.8)
IN_compdir      = $B/completion/xentimectl
IN_zshdir       = $B/completion/_xentimectl
IN_fishdir      = tools/xentimectl.fish
IN_datadir      = $(MODE_TEXTS) examples/fleet.yml
IN_unitdir      = $(patsubst %.in,$B/%,$(wildcard systemd/*.in))
DIRS  := sbindir fulldir libdir pkgconfigdir includedir man3dir man5dir man7dir \
         man8dir compdir zshdir fishdir datadir unitdir

# These have names in them that are known when they are installed.
$B/%: %.in FORCE
	@mkdir -p $(@D)
	sed $(foreach v,prefix sbindir libdir includedir,-e 's|@$v@|$($v)|') \
	    -e 's|@version@|$(VERSION)|' $< >$@
$B/completion/xentimectl: tools/xentimectl.bash
$B/completion/_xentimectl: tools/xentimectl.zsh
$(IN_compdir) $(IN_zshdir):
	@mkdir -p $(@D)
	cp $< $@

POLICY_FILE = $(DESTDIR)$(sysconfdir)/xentime/policy.xml
# $1: a directory, $2: a file
define put
install -m $(if $(filter $(IN_sbindir) $(IN_fulldir) %.so.$(SO),$2),755,644) $2 $(DESTDIR)$($1)/

endef

# make takes a blank for the end of a name: files would go to, and be removed from,
# directories that nobody named.
no_blanks = $(foreach v,DESTDIR sysconfdir $(DIRS),$(if $(word 2,$($v)),\
              $(error $v has a blank in it: "$($v)")))

install: INSTALLED = $(if $(LIBSYSTEMD),$(DIRS),$(filter-out unitdir,$(DIRS)))
install: all $(IN_pkgconfigdir) $(IN_compdir) $(IN_zshdir) $(IN_unitdir)
	@$(no_blanks)
	install -d $(foreach d,$(INSTALLED),$(DESTDIR)$($d)) $(dir $(POLICY_FILE))
	$(foreach d,$(INSTALLED),$(foreach f,$(IN_$d),$(call put,$d,$f)))
	ln -sf libxentime.so.$(SO) $(DESTDIR)$(libdir)/libxentime.so
	[ -e $(POLICY_FILE) ] || install -m 644 examples/policy.xml $(POLICY_FILE)
	$(if $(DESTDIR),,ldconfig || :)

# A policy that was changed is the administrator's, and stays.
uninstall:
	@$(no_blanks)
	rm -f $(foreach d,$(DIRS),$(addprefix $(DESTDIR)$($d)/,$(notdir $(IN_$d)))) \
	    $(DESTDIR)$(libdir)/libxentime.so
	! cmp -s examples/policy.xml $(POLICY_FILE) || rm $(POLICY_FILE)
	rmdir $(DESTDIR)$(fulldir) $(DESTDIR)$(datadir) $(dir $(POLICY_FILE)) \
	    2>/dev/null || :
	$(if $(DESTDIR),,ldconfig || :)

# ---- tests: every target ends in "N passed, N failed" ----

check:
	@tests/summary tests/unit/check tests/hv/check tests/lab/ppc/check \
	    tests/lab/check
check-all:
	@UNIT_SLOW=1 tests/summary tests/unit/check tests/hv/check \
	    "tests/lab/ppc/check --all" "tests/lab/ppc/check perf" \
	    "tests/lab/check --all"
check-matrix:
	@tests/lab/check --matrix
check-series:
	@tests/hv/check
check-unit:
	@tests/unit/check
check-x86:
	@tests/lab/check
check-x86-pmu:
	@tests/lab/check --counters
check-intel check-intel-quick:
	@tests/lab/check --$(@:check-%=%)
check-ppc:
	@tests/lab/ppc/check --all
check-ppc-fch:
	@tests/lab/ppc/check fch
lab: lab-images-$(LAB_XEN) need-hv
	@tests/lab/run -k -r $(LAB_XEN) $(SCENARIO)
demo: lab-images-$(LAB_XEN)
	@tests/lab/run -r $(LAB_XEN) demo
lab-shell: lab-images-$(LAB_XEN)
	@tests/lab/run --shell -r $(LAB_XEN)
soak: lab-images-$(OLDEST) need-hv
	@LAB_LINUXARGS='lab.rounds=200 lab.handovers=1000000' LAB_SLOW=20 \
	    tests/lab/run -k -r $(OLDEST) profile-storm one-time@patched \
	    one-time-events@patched
bench: lab-images-$(LAB_XEN) bench-skew
	@tests/lab/bench $(LAB_XEN)
	@tests/lab/ppc/bench
bench-skew:
	@tests/need $(PEER_PKGS)
	@$(MAKE) --no-print-directory -s all
	@tests/skew/bench
bench-accuracy bench-accuracy-quick: lab-images-$(LAB_XEN) need-hv need-unit
	@$(MAKE) --no-print-directory -s all
	@hv-patches/build $(LAB_XEN)
	@tests/lab/bench-accuracy $(if $(findstring quick,$@),--quick) $(LAB_XEN)

# What packages are made of; packaging/PKGBUILD takes it, too.
TREE := --exclude=./build --exclude='./.[!.]*'
DIST := build/dist/xentimectl-$(VERSION).tar.gz
dist:
	mkdir -p $(dir $(DIST))
	tar -czf $(DIST) $(TREE) --transform='s|^\.|xentimectl-$(VERSION)|' .

# Packages, in build/rpm/RPMS and build/deb; the tree stays as it is.
rpm: dist
	rpmbuild --define '_topdir $(CURDIR)/build/rpm' $(RPMFLAGS) -tb $(DIST)
deb: setup
	@tests/need $(DEB_PKGS)
	rm -rf build/deb && mkdir -p build/deb/xentimectl
	tar -c $(TREE) . | tar -x -C build/deb/xentimectl
	cd build/deb/xentimectl && dpkg-buildpackage -us -uc -b >../build.log 2>&1 || \
	    { tail -n 30 ../build.log; exit 1; }
	@ls build/deb/*.deb

hv-%: need-hv
	@hv-patches/build $*
hv-ppc-%: need-hv-ppc
	@hv-patches/build --arch ppc $*

LINT_FLAGS = -std=gnu11 -D_GNU_SOURCE -I/usr/include/libxml2 -DXENTIME_VERSION='"0"' -Ilibxc-ext \
             -Itools -Ihv-patches/include -I$(HV_X86)/include \
             -I$(HV_COMMON)/include -I$(HV_PPC)/arch/ppc/include
# The hypervisor's own files that know nothing of Xen.  They are in its style.
LINT_HV = $(POLICY:%=%.c) $(HV_COMMON)/common/profile-count.c \
          $(HV_COMMON)/common/profile-ring.c $(HV_PPC)/arch/ppc/pmu/context.c \
          $(HV_PPC)/arch/ppc/pmu/lazy.c
lint: lint-quick need-unit
	@tests/need clang-tidy
	printf '%s\n' $(TOOLS) $(wildcard libxc-ext/*.c) $(LINT_HV) | \
	    xargs -P "$$(nproc)" -I '{}' clang-tidy -quiet '{}' -- $(LINT_FLAGS)

# lint-quick is the part that takes less than a minute, for CI.  A script is
# what ends in .sh or .bash, or has a shell in its first line; see also
# .shellcheckrc.
lint-quick:
	@tests/need clang-format cppcheck shellcheck mandoc
	find libxc-ext tools tests -name '*.[ch]' | \
	    xargs clang-format --dry-run -Werror
	find hv-patches -name '*.[ch]' | xargs tests/xen-style
	cppcheck -q --error-exitcode=1 --inline-suppr -Ilibxc-ext \
	    -I$(HV_X86)/include -I$(HV_COMMON)/include -I$(HV_PPC)/arch/ppc/include \
	    -Ihv-patches/include --enable=warning,performance,portability \
	    libxc-ext tools tests/lab $(LINT_HV)
	mandoc -Tlint -Wwarning man/*
	mkdir -p build/lint/lib && ln -sfn ../../../tests/lab build/lint/lib/lab
	find . \( -path ./build -o -path ./.git \) -prune -o -type f -exec awk 'FNR == 1 { \
	    if (/^#!.*sh( |$$)/ || FILENAME ~ /\.(ba)?sh$$/) print FILENAME; nextfile }' \
	    {} + | xargs -P "$$(nproc)" -n 8 shellcheck

include tests/unit/rules.mk tests/lab/rules.mk tests/fuzz/rules.mk
include tests/guests/ppc/rules.mk tests/guests/ppc970/rules.mk

# setup installs what the build needs on Debian.
setup:
	@tests/need $(BUILD_PKGS)
need-unit: setup
	@tests/need $(UNIT_PKGS)
need-lab: setup
	@tests/need $(LAB_PKGS)
need-hv:
	@tests/need $(HV_PKGS)
need-hv-ppc:
	@tests/need $(HV_PKGS) $(HV_PPC_PKGS)

clean:
	rm -rf build/host build/unit build/guests build/lab/*/obj build/lab/*/dest
distclean:
	rm -rf build


.PHONY: all install uninstall setup FORCE dist rpm deb check check-all check-matrix soak check-unit check-series check-x86 check-x86-pmu check-intel check-intel-quick check-ppc check-ppc-fch \
        lab demo lab-shell bench bench-skew bench-accuracy bench-accuracy-quick lint lint-quick \
        need-unit need-lab need-hv need-hv-ppc clean distclean
-include $(LIB_OBJS:.o=.d) $(TOOL_OBJS:.o=.d)
