/*
 * tempdir: a directory of a test's own, and its end with all that is in it.
 *
 * Thread: one. Owner: the test.
 */
#ifndef TESTS_GATEWAY_TEMPDIR_H
#define TESTS_GATEWAY_TEMPDIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEMPDIR_SIZE 64

static inline int tempdir_make(char path[TEMPDIR_SIZE])
{
    snprintf(path, TEMPDIR_SIZE, "/tmp/outcry-test-XXXXXX");
    return mkdtemp(path) != NULL ? 0 : -1;
}

static inline int tempdir_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int tempdir_remove(char path[TEMPDIR_SIZE])
{
    return strncmp(path, "/tmp/outcry-test-", 17) == 0 ? nftw(path, tempdir_remove_one, 16, FTW_DEPTH | FTW_PHYS) : 0;
}

#endif
