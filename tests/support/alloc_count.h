/*
 * alloc_count: how many allocations were made, to prove that a path makes none.
 *
 * Include it in one file of a test program: it takes the place of malloc, calloc and realloc. Under a sanitizer, which
 * has its own, alloc_counted() is false and nothing is counted. Owner: the program.
 * Thread: one.
 */
#ifndef TESTS_SUPPORT_ALLOC_COUNT_H
#define TESTS_SUPPORT_ALLOC_COUNT_H

#include <stdbool.h>
#include <stddef.h>

static long alloc_count;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static bool alloc_counted(void)
{
    return false;
}
#else
/* glibc's own, under their second names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static bool alloc_counted(void)
{
    return true;
}

void *malloc(size_t size)
{
    alloc_count++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    alloc_count++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    alloc_count++;
    return __libc_realloc(memory, size);
}
#endif

#endif
