/*
 * secrets: no core dump of a process in which a password was typed, and no reading of its memory by others.
 *
 * What is ours is wiped as soon as it is sent; what libraries have copied on the way cannot be, so it stays that way
 * until the process ends.
 *
 * Does not wipe anything: whoever holds a password does. Thread: the main one. Owner: nobody; it is a state of the
 * process.
 */
#ifndef TUI_SECRETS_H
#define TUI_SECRETS_H

/* Before a password can be typed. */
void secrets_begin(void);
/* The process is about to end: nothing, but for a build that looks for leaks (its checker must be let in). */
void secrets_end(void);

#endif
