/*
 * lock: one process a role. A second bind of an ipc endpoint silently steals it, so nobody binds before the lock is
 * his.
 *
 * A lock is an open-file-description lock (fcntl F_OFD_SETLK) on DIRECTORY/ROLE.lock. Like flock it ends with the
 * process however that dies; unlike flock it can be asked about without being taken, so asking never makes a starting
 * process fail. The file holds the owner's pid as text and is never removed (removing it would let two processes lock
 * two files of one name).
 *
 * Does not wait. Errors: ERR_BUSY names the owner, ERR_IO the file. Owner: lock_take .. lock_release (or the process's
 * end). Thread: one.
 */
#ifndef GATEWAY_LOCK_H
#define GATEWAY_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

struct lock {
    int fd; /* -1 = not taken */
};

/* ERR_BUSY: "gateway runs already (pid 123, lock /run/.../gateway.lock)". */
enum status lock_take(struct lock *lock, const char *directory, const char *role, struct err *err);
void lock_release(struct lock *lock);

/* Is it taken? Then *pid (may be NULL) is the owner's, 0 while it is still being written. */
bool lock_held(const char *directory, const char *role, int64_t *pid);

#endif
