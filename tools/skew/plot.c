/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws with gnuplot: see plot.h. */

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "skew/plot.h"
#include "cli/spawn.h"
#include "output/report.h"
#include "output/text.h"
#include "skew/clock-fit.h"
#include "tool.h"

extern char **environ;

static const struct {
    const char *suffix, *terminal;
} kinds[] = {
    { ".svg", "svg size 960,540 dynamic background rgb 'white'" },
    { ".png", "pngcairo size 960,540" },
};

struct unit {
    double size;
    const char *name;
};

static const struct unit times[] = {
    { 1, "seconds" },
    { 60, "minutes" },
    { 3600, "hours" },
    { 86400, "days" },
};
static const struct unit errors[] = {
    { 1e-6, "us" },
    { 1e-3, "ms" },
    { 1, "s" },
};

/* Returns the largest unit that @range has at least @some of. */
static const struct unit *pick_unit(const struct unit *units, size_t n,
                                    double range, double some)
{
    size_t i = n - 1;

    while (i && range < some * units[i].size)
        i--;
    return &units[i];
}

static const char *terminal_for(const char *file)
{
    size_t len = strlen(file), i;

    for (i = 0; i < ARRAY_LEN(kinds); i++) {
        size_t k = strlen(kinds[i].suffix);

        if (len > k && !strcmp(file + len - k, kinds[i].suffix))
            return kinds[i].terminal;
    }
    return NULL;
}

int plot_check(const struct tool *t, const char *file)
{
    bool text = !strcmp(file, "-");

    if (text && t->opt[OPT_JSON])
        return report_usage(t, "--plot - and --json do not go together");
    if (!text && !terminal_for(file))
        return report_usage(t,
                            "--plot takes a file that ends in .svg or "
                            ".png, or -, not \"%s\"",
                            file);
    return EXIT_DONE;
}

/* ---- the script ---- */

/* In single quotes nothing but the quote means anything to gnuplot. */
static void quote(FILE *f, const char *before, const char *text)
{
    fprintf(f, "'%s", before);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', f);
        fputc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text, f);
    }
    fputc('\'', f);
}

/* gnuplot draws a title as it is, also on a terminal. */
static void quote_title(FILE *f, const char *title)
{
    char *safe = NULL;
    size_t size;
    FILE *to = open_memstream(&safe, &size);

    if (to)
        print_safe(to, title);
    quote(f, "", to && !fclose(to) ? safe : "");
    free(safe);
}

/* The axes of a drawing. */
struct axes {
    const struct unit *x, *y;
    double start; /* seconds: where all begin; NAN: each at its own start */
};

static void write_point(FILE *f, const struct plot_line *line, size_t i,
                        const struct axes *a)
{
    double start = isnan(a->start) ? line->fit->start : a->start;

    fprintf(f, "%.9g %.9g\n", (line->points[i].t - start) / a->x->size,
            line->points[i].error / a->y->size);
}

/* An empty line has gnuplot begin a new curve. */
static void write_curve(FILE *f, const struct plot_line *line,
                        const struct axes *a)
{
    const struct verdict *v = line->verdict;
    size_t i, k = 0;

    for (i = 0; i < line->fit->n; i++) {
        write_point(f, line, i, a);
        if (k < v->ngaps && v->gaps[k].t <= line->points[i].t) {
            fputc('\n', f);
            k++;
        }
    }
}

static size_t steps_of(const struct plot_line *line)
{
    return line->fit->nsteps;
}

static size_t jumps_of(const struct plot_line *line)
{
    return line->verdict->njumps;
}

static size_t outliers_of(const struct plot_line *line)
{
    return line->fit->wild;
}

/* These tell whether point @i is where mark @k of a kind belongs. */
static bool is_step(const struct plot_line *line, size_t i, size_t k)
{
    return line->points[i].t >= line->fit->step[k].t;
}

static bool is_jump(const struct plot_line *line, size_t i, size_t k)
{
    return line->points[i].t >= line->verdict->jumps[k].t;
}

static bool is_outlier(const struct plot_line *line, size_t i, size_t k)
{
    (void)k;
    return line->points[i].wild;
}

/* A kind of mark: the key's word, how many, where, and gnuplot's sign. */
static const struct mark {
    const char *name;
    size_t (*count)(const struct plot_line *line);
    bool (*is)(const struct plot_line *line, size_t i, size_t k);
    int point;
} marks[] = {
    { "outliers", outliers_of, is_outlier, 2 },
    { "cliffs", steps_of, is_step, 6 },
    { "jumps", jumps_of, is_jump, 8 },
};

static void write_mark(FILE *f, const struct mark *mark,
                       const struct plot_line *line, const struct axes *a)
{
    size_t i, k = 0, n = mark->count(line);

    for (i = 0; i < line->fit->n && k < n; i++)
        if (mark->is(line, i, k)) {
            write_point(f, line, i, a);
            k++;
        }
}

static void write_data(FILE *f, const struct plot_line *line, size_t index,
                       const struct axes *a)
{
    size_t k;

    fprintf(f, "$clock%zu << END\n", index);
    write_curve(f, line, a);
    fputs("END\n", f);
    for (k = 0; k < ARRAY_LEN(marks); k++) {
        fprintf(f, "$%s%zu << END\n", marks[k].name, index);
        write_mark(f, &marks[k], line, a);
        fputs("END\n", f);
    }
}

/* The key has each mark once. */
static void write_marks(FILE *f, const struct plot_line *line, size_t index,
                        bool in_key[])
{
    size_t k;

    for (k = 0; k < ARRAY_LEN(marks); k++) {
        if (!marks[k].count(line))
            continue;
        fprintf(f,
                ", \\\n $%s%zu using 1:2 with points pt %d ps 1.5 lc %zu"
                " title '%s'",
                marks[k].name, index, marks[k].point, index + 1,
                in_key[k] ? "" : marks[k].name);
        in_key[k] = true;
    }
}

static void write_lines(FILE *f, const struct plot_line *lines, size_t n)
{
    bool in_key[ARRAY_LEN(marks)] = { false };
    size_t i;

    for (i = 0; i < n; i++) {
        fprintf(f, "%s $clock%zu using 1:2 with lines lw 1.5 lc %zu title ",
                i ? ", \\\n" : "plot", i, i + 1);
        quote_title(f, lines[i].name);
        write_marks(f, &lines[i], i, in_key);
    }
    fputc('\n', f);
}

/* gnuplot takes a name that begins with a bar for a command, and runs it. */
static void quote_file(FILE *f, const char *name)
{
    quote(f, name[0] == '/' || name[0] == '.' ? "" : "./", name);
}

static void write_terminal(FILE *f, const char *file, const char *output)
{
    struct winsize size = { .ws_col = 0 };

    if (output) {
        fprintf(f, "set terminal %s\nset output ", terminal_for(file));
        quote_file(f, output);
        fputc('\n', f);
        return;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < 40 ||
        size.ws_row < 10)
        size = (struct winsize){ .ws_col = 80, .ws_row = 25 };
    fprintf(f, "set terminal dumb size %u,%u\n", size.ws_col - 1,
            size.ws_row - 2 < 40 ? size.ws_row - 2 : 40);
}

/* More than this many times the longest span apart, dates mean nothing. */
#define APART 10

/*
 * Several clocks share the time axis, if their dates are of one time: those of
 * a log without years are not.
 */
static double common_start(const struct plot_line *lines, size_t n,
                           double longest, double *span)
{
    double start = INFINITY, end = -INFINITY;
    size_t i;

    for (i = 0; i < n; i++) {
        start = fmin(start, lines[i].fit->start);
        end = fmax(end, lines[i].fit->start + lines[i].fit->span);
    }
    if (end - start > APART * longest)
        return NAN;
    *span = end - start;
    return start;
}

static void pick_axes(const struct plot_line *lines, size_t n, struct axes *a)
{
    double span = 0, most = 0;
    size_t i, k;

    for (i = 0; i < n; i++) {
        span = fmax(span, lines[i].fit->span);
        for (k = 0; k < lines[i].fit->n; k++)
            most = fmax(most, fabs(lines[i].points[k].error));
    }
    a->start = common_start(lines, n, span, &span);
    a->x = pick_unit(times, ARRAY_LEN(times), span, 3);
    a->y = pick_unit(errors, ARRAY_LEN(errors), most, 0.1);
}

static void write_script(FILE *f, const char *file, const char *output,
                         const struct plot_line *lines, size_t n)
{
    struct axes a;
    size_t i;

    pick_axes(lines, n, &a);
    write_terminal(f, file, output);
    fprintf(f,
            "set encoding utf8\nset termoption noenhanced\nset grid\n"
            "set key below width 2\nset xlabel '%s%s'\n"
            "set ylabel 'clock error (%s)'\n",
            a.x->name, isnan(a.start) ? ", each from its first reading" : "",
            a.y->name);
    for (i = 0; i < n; i++)
        write_data(f, &lines[i], i, &a);
    write_lines(f, lines, n);
}

static bool write_to(FILE *f, const char *file, const char *output,
                     const struct plot_line *lines, size_t n)
{
    write_script(f, file, output, lines, n);
    return !fflush(f) && !ferror(f);
}

/* ---- a drawing that is not finished ---- */

static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction ends_before[ARRAY_LEN(ends)];
static const char *unfinished; /* read by the handler */

/* The signal then does what it would have done. */
static void remove_unfinished(int sig)
{
    unlink(unfinished);
    raise(sig);
}

/* From now on a signal that ends this process removes the file before. */
static void guard(const char *file)
{
    const struct sigaction sa = { .sa_handler = remove_unfinished,
                                  .sa_flags = SA_RESETHAND | SA_RESTART };
    size_t i;

    unfinished = file;
    for (i = 0; i < ARRAY_LEN(ends); i++) {
        sigaction(ends[i], &sa, &ends_before[i]);
        if (ends_before[i].sa_handler == SIG_IGN)
            sigaction(ends[i], &ends_before[i], NULL);
    }
}

static void unguard(void)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(ends); i++)
        sigaction(ends[i], &ends_before[i], NULL);
}

/* ---- gnuplot ---- */

/* Returns gnuplot's exit status, or -1 with errno; ENOENT: it is not there. */
static int run_gnuplot(FILE *script, bool to_file)
{
    /* Without -d it would obey the user's ~/.gnuplot first. */
    static const char *const argv[] = { "gnuplot", "-d", "-", NULL };
    const struct spawn_files files = {
        .in = fileno(script),
        .out = to_file ? -1 : STDOUT_FILENO,
        .err = STDERR_FILENO,
    };

    rewind(script);
    fflush(stdout);
    /* gnuplot complains where the locale cannot show all that it draws. */
    setenv("LC_ALL", "C.UTF-8", 1);
    return spawn_and_wait(argv, &files);
}

/* Follows no link that somebody has laid in a directory such as /tmp. */
static FILE *create(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                  0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

    if (!f && fd >= 0)
        close(fd);
    return f;
}

static int leave_script(const struct tool *t, const char *file,
                        const struct plot_line *lines, size_t n)
{
    char *name = NULL;
    FILE *f = NULL;
    bool ok;

    if (!strcmp(file, "-"))
        return report(t, EXIT_FAILED, "--plot needs gnuplot (gnuplot-nox)");
    if (asprintf(&name, "%s.gp", file) >= 0)
        f = create(name);
    ok = f && write_to(f, file, file, lines, n);
    if (f && fclose(f))
        ok = false;
    if (ok)
        report(t, EXIT_FAILED,
               "there is no gnuplot to draw %s: install "
               "gnuplot-nox and run \"gnuplot %s\"",
               file, name);
    else
        report(t, EXIT_FAILED, "%s: %s", name ? name : file, strerror(errno));
    free(name);
    return EXIT_FAILED;
}

/* gnuplot writes under another name: a drawing is whole or not there. */
static int draw(const struct tool *t, const char *file, const char *output,
                const struct plot_line *lines, size_t n)
{
    FILE *script = tmpfile();
    int rc;

    if (!script || !write_to(script, file, output, lines, n)) {
        if (script)
            fclose(script);
        return report(t, EXIT_FAILED, "%s: %s", file, strerror(errno));
    }
    rc = run_gnuplot(script, output);
    fclose(script);
    if (rc < 0 && errno == ENOENT) {
        if (output)
            unlink(output);
        return leave_script(t, file, lines, n);
    }
    if (!rc && output)
        rc = rename(output, file);
    if (!rc)
        return EXIT_DONE;
    if (output)
        unlink(output);
    return report(t, EXIT_FAILED, "gnuplot could not draw %s", file);
}

int plot(const struct tool *t, const char *file, const struct plot_line *lines,
         size_t n)
{
    char *output = NULL;
    int status, fd;

    if (!strcmp(file, "-"))
        return draw(t, file, NULL, lines, n);
    if (asprintf(&output, "%s.%d", file, (int)getpid()) < 0)
        return report(t, EXIT_FAILED, "out of memory");
    fd = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        status = report(t, EXIT_FAILED, "%s: %s", file, strerror(errno));
    } else {
        close(fd);
        guard(output);
        status = draw(t, file, output, lines, n);
        unguard();
    }
    free(output);
    return status;
}
