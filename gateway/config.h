/*
 * config: fill the settings from their four sources: default < outcry.ini < environment < flag.
 *
 * outcry.ini is in the home directory; "[market]\nspeed = 60" is the key market.speed. A wrong value, an unknown key or
 * a line that is none is refused with "outcry.ini:3: ...", "ZMQ_TICK_PORT: ..." or "--speed: ..." and what is allowed.
 *
 * Not here: what a value means (core/settings.c), making the directories (gateway/paths.h).
 * Owner: the caller. Thread: at start, before threads (reads the environment).
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include "core/settings.h"

#define CONFIG_FILE_NAME "outcry.ini"

/* Takes the flags it knows out of argv ("--speed 60", "--speed=60", "--ascii"); *argc and argv are rewritten to the
 * rest, which keeps its order. Nothing after "--" is looked at. On failure *settings is what was good so far. */
enum status config_load(struct settings *settings, int *argc, char **argv, struct err *err);

/* One file (a missing one is no error: *found says). */
enum status config_read_file(struct settings *settings, const char *path, struct err *err);

/* Write one value into that file, made when it is missing; its other lines stay as they are. A file that would be refused
 * is not touched. */
enum status config_keep(const char *path, const struct setting *row, const char *value, struct err *err);

/* Every setting that is not its default as "--flag=value", for starting another of our programs with the same settings.
 * flags holds up to `max` of them, each malloc'ed and to be freed by config_free_flags. Returns how many. */
size_t config_to_flags(const struct settings *settings, char **flags, size_t max);
void config_free_flags(char **flags, size_t count);

#endif
