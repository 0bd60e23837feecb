/* Linux's own switch for it: not dumpable means neither core file nor ptrace nor /proc/PID/mem. */
#include "tui/secrets.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void secrets_begin(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void secrets_end(void)
{
#ifdef __SANITIZE_ADDRESS__
    (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
#endif
}
