/*
 * check: assertions that stay on in release.
 *
 * CHECK is for what can only be false when the program itself is wrong; wrong input is an err, never a CHECK. Before it
 * aborts it runs the hook, which the screen uses to give the terminal back.
 *
 * Owner: the hook belongs to the process; whoever set it removes it. Thread: any; the hook is set once at start.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

/* Called once, just before the message is written and the process aborts. Must be async-signal-safe. NULL removes it.
 */
void check_set_hook(void (*hook)(void));

_Noreturn void check_failed(const char *condition, const char *file, int line);

#endif
