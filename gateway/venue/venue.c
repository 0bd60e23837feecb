/*
 * venue: the adapters we have, by name.
 */
#include "gateway/venue/venue.h"

#include <string.h>

static const struct venue_ops *const adapters[] = {&venue_sim_ops};

const struct venue_ops *venue_at(size_t index)
{
    return index < sizeof adapters / sizeof adapters[0] ? adapters[index] : NULL;
}

const struct venue_ops *venue_find(const char *name)
{
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++)
        if (strcmp(adapters[i]->name, name) == 0) return adapters[i];
    return NULL;
}
