/*
 * screen: the full-screen workstation's entry.
 *
 * Starts outcryd when it is not running, attaches, runs until the trader detaches. The terminal is given back on every
 * way out: quit, signal, crash. A terminal smaller than 40x10 shows one line saying so until it grows.
 * Closing it stops nothing that trades. Owner: settings are the caller's. Thread: the main one.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "core/settings.h"

/* Exit code: 0, or 1 with one line on stderr. */
int screen_main(struct settings *settings);

#endif
