/*
 * live: the real program on a real pseudo terminal, with its real agents behind it, read back through libvterm.
 *
 * live_home makes a home and a runtime directory of their own; live_stop ends every process that was started in them
 * and removes them. What is waited for is words on the screen, with a deadline, never a time. Owner: live_open ..
 * live_close, live_home .. live_stop. Thread: one.
 */
#ifndef TESTS_TUI_LIVE_H
#define TESTS_TUI_LIVE_H

#include <stdbool.h>

#define LIVE_PATH_SIZE 128

struct live_home {
    char top[LIVE_PATH_SIZE];
    char home[LIVE_PATH_SIZE];
    char runtime[LIVE_PATH_SIZE];
};

struct live;

void live_home(struct live_home *home);
/* `outcry stop`, then the directories. The exit code of the command. */
int live_stop(struct live_home *home);

struct live *live_open(const struct live_home *home, int rows, int columns);
/* Ends the screen alone, as a closed window would. */
void live_close(struct live *live);

void live_type(struct live *live, const char *keys);
/* Wait for words on the screen; false (and the screen on stderr) when they do not come within 20 s. */
bool live_wait(struct live *live, const char *text);
bool live_wait_gone(struct live *live, const char *text);
bool live_shows(struct live *live, const char *text);
/* Let real time pass while the screen goes on: only for what is itself a matter of time (a question deaf for 150 ms).
 */
void live_pause(struct live *live, int pause_ms);

#endif
