/* check: what runs when the program itself is wrong. Only async-signal-safe calls: the state around is not to be
 * trusted. */
#include "core/check.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*check_hook)(void);

static _Atomic(check_hook) hook_set;

void check_set_hook(void (*hook)(void))
{
    atomic_store(&hook_set, hook);
}

static void say(const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

static void say_number(int number)
{
    char digits[12];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 && at > 0);
    say(digits + at);
}

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    /* Taken out first: a CHECK inside the hook must not call it again. */
    check_hook hook = atomic_exchange(&hook_set, NULL);
    if (hook != NULL) hook();
    say("check failed: ");
    say(condition);
    say(" at ");
    say(file);
    say(":");
    say_number(line < 0 ? 0 : line);
    say("\n");
    abort();
}
