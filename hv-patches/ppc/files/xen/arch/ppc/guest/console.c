/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes what guests print to the firmware's console, a line at a time, with
 * the domain in front of it: "(d1) text".
 */
#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/byteorder.h>
#include <asm/guest.h>

int64_t opal_console_write(int64_t term, __be64 *length, const uint8_t *buffer);
int64_t opal_console_flush(int64_t term);

/*
 * The firmware runs in real mode with its own stack, and in big endian: no
 * interrupt of Xen's may come meanwhile.  It takes what it has room for, and
 * has room for more after a flush.
 */
static void firmware_write(const char *s, unsigned int len)
{
    unsigned long flags;

    local_irq_save(flags);
    while ( len )
    {
        __be64 taken = cpu_to_be64(len);

        if ( opal_console_write(0, &taken, (const uint8_t *)s) )
            break;
        s += be64_to_cpu(taken);
        len -= be64_to_cpu(taken);
        opal_console_flush(0);
    }
    local_irq_restore(flags);
}

static void end_line(struct domain *d)
{
    char text[sizeof(d->arch.guest.line) + 16];
    unsigned int len;

    len = scnprintf(text, sizeof(text), "(d%d) %.*s\r\n", d->domain_id,
                    (int)d->arch.guest.line_len, d->arch.guest.line);
    firmware_write(text, len);
    d->arch.guest.line_len = 0;
}

/*
 * Nothing a guest prints can pass for another's, or for Xen's: control
 * characters become dots, but for carriage returns, which Linux has before each
 * end of a line, and a line that is too long is broken.
 */
void guest_console(struct domain *d, const char *s, unsigned int len)
{
    struct guest_domain *g = &d->arch.guest;

    for ( ; len; s++, len-- )
    {
        if ( *s == '\r' )
            continue;
        if ( *s == '\n' || g->line_len == sizeof(g->line) )
            end_line(d);
        if ( *s != '\n' )
            g->line[g->line_len++] = *s < ' ' || *s > '~' ? '.' : *s;
    }
}
