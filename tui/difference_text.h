/*
 * difference_text: a difference from the venue's books in words: ours, the venue's, and what accepting it does. The same
 * for the screen and the command line.
 *
 * Not here: what is accepted and how (core/gate.h), the question before it (tui/overlays/differences.c).
 * Pure. Owner: the caller. Thread: any.
 */
#ifndef TUI_DIFFERENCE_TEXT_H
#define TUI_DIFFERENCE_TEXT_H

#include "core/msg.h"

struct difference_text {
    char ours[20], venue[20], proposed[48];
    char seen[16]; /* what is given back when it is accepted: the venue's lots, or the kind */
};

struct difference_text difference_text(const struct difference *difference);
/* The order's id, or of a position the symbol. Valid as long as the difference. */
const char *difference_name(const struct difference *difference);

#endif
