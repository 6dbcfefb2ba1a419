/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries what Xen must not let a guest do to its or another's time. */
#ifndef GUESTS_X86_SELF_H
#define GUESTS_X86_SELF_H

/* Tries it all if dom0 asks for it; see struct self_page. */
void self_test(void);

#endif
