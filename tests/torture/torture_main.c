/*
 * torture_main: torture [--kills N] [--seed N] [--speed N] [--plain] [--verbose]; exit 1 when a promise was broken.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/torture.h"

static bool number(const char *text, int64_t low, int64_t high, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && *out >= low && *out <= high;
}

int main(int argc, char **argv)
{
    struct torture_options options = {.seed = 1, .kills = 100, .speed = 60};
    int64_t value = 0;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--verbose") == 0) {
            options.verbose = true;
        } else if (strcmp(argv[i], "--plain") == 0) {
            options.plain = true;
        } else if (more && strcmp(argv[i], "--kills") == 0 && number(argv[i + 1], 1, 1000000, &value)) {
            options.kills = (int)value;
            i++;
        } else if (more && strcmp(argv[i], "--seed") == 0 && number(argv[i + 1], 0, INT64_MAX, &value)) {
            options.seed = (uint64_t)value;
            i++;
        } else if (more && strcmp(argv[i], "--speed") == 0 && number(argv[i + 1], 1, 10000, &value)) {
            options.speed = (int)value;
            i++;
        } else {
            fprintf(stderr, "usage: torture [--kills N] [--seed N] [--speed N] [--plain] [--verbose]\n");
            return 2;
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    return torture_run(&options, stdout) ? 0 : 1;
}
