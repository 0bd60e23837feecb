/*
 * child: one process under supervision: start, adopt, notice its end, stop.
 *
 * What to do about an end is the supervisor's (gateway/supervisor.c). A child leads its own session, so that a Ctrl-C
 * at the supervisor's terminal reaches only the supervisor, which stops things in order.
 *
 * Does not wait, retry or count. Errors: child_start's, ERR_IO; a program that cannot be run ends at once, and its text
 * says so. Owner: the caller. Thread: one.
 */
#ifndef GATEWAY_CHILD_H
#define GATEWAY_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/msg.h"
#include "gateway/paths.h"

struct child {
    enum component component;
    int64_t pid; /* 0 = not running */
    int pidfd;   /* -1 = none */
    bool adopted;
    int exit_code;        /* of the last end; -1 = by a signal, or unknown */
    char text[TEXT_SIZE]; /* why it ended, in words */
};

void child_init(struct child *child, enum component component);

/* Is the role's lock held by a process that is not ours? Then it is ours from now on. */
bool child_adopt(struct child *child, const struct paths *paths);

/* Our programs are beside this one, or on the PATH. flags: as from config_to_flags. */
enum status child_start(struct child *child, char *const *flags, size_t count, struct err *err);

/* true, once: it has ended; exit_code and text say how. */
bool child_ended(struct child *child, const struct paths *paths);

void child_signal(const struct child *child, int signal);

/* Path of one of our programs ("outcry-gateway"): beside /proc/self/exe if it is there, else its bare name (the PATH).
 */
const char *child_program(const char *name, char out[PATHS_FILE_SIZE]);

#endif
