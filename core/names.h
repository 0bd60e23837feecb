/*
 * names: the lookup that every *_name() function of the core is made of.
 *
 * Private to core/. Never NULL: "?" for a value that has no word. Owner: the table is the caller's. Thread: any (pure).
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stddef.h>

#define NAMES_COUNT(table) (sizeof(table) / sizeof(table)[0])

static inline const char *names_of(const char *const *table, size_t count, int value)
{
    if (value < 0 || (size_t)value >= count || table[value] == NULL) return "?";
    return table[value];
}

#endif
