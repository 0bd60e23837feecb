/*
 * shown: the real screen on a real pseudo terminal, read back through libvterm.
 *
 * shown_open forks a child that draws the app (model from tests/tui/recorded.h) until `q` is confirmed or the other end
 * closes. What is typed ends with a key that nobody has (Ctrl-_), at which the child draws and writes a mark into the
 * stream, so that the parent waits for a frame, never for a time. Owner: shown_open .. shown_close. Thread: one.
 */
#ifndef TESTS_TUI_SHOWN_H
#define TESTS_TUI_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#define SHOWN_EMPTY   1u /* a running system without contracts */
#define SHOWN_ASCII   2u
#define SHOWN_NOTHING 4u /* nothing has been heard of yet */
#define SHOWN_HALTED  8u
#define SHOWN_LIVE    16u
#define SHOWN_DIFFERS 64u  /* the venue's books say something else, in each way */
#define SHOWN_CLOSED  128u /* the market */
#define SHOWN_DOWN    256u /* the executor */
#define SHOWN_CLOCK   32u  /* the clock goes on by 300 ms with each turn of the loop */

struct shown;

struct shown *shown_open(int rows, int columns, const char *theme, unsigned flags);
void shown_close(struct shown *shown);

/* Type and wait for the next frame. */
void shown_type(struct shown *shown, const char *keys);
void shown_resize(struct shown *shown, int rows, int columns);

/* Wait until the screen shows the text, or no longer does; false when that does not happen. */
bool shown_wait(struct shown *shown, const char *text);
bool shown_wait_gone(struct shown *shown, const char *text);

/* The screen as lines of UTF-8, blanks at the ends cut; freed by the caller. */
char *shown_text(struct shown *shown);
/* One letter a cell: '.' plain, 'b' bold, '_' underlined, 'd' dim is not told by libvterm, a hex digit its basic
 * colour, 'x' another colour, '#' reverse or with a ground of its own. Freed by the caller. */
char *shown_look(struct shown *shown);
/* What the child wrote since it began (for what is sent at the end); not NUL-terminated. */
const char *shown_bytes(const struct shown *shown, size_t *length);
/* Send the child a signal and wait for its end: its wait status. */
int shown_kill(struct shown *shown, int signal_number);

/* For eyes: draw in this terminal until q. Also what the child runs. */
int shown_here(const char *theme, unsigned flags);

#endif
