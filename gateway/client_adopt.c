/* client_adopt: the trader's way on when gateway.db is lost for good (gateway/journal_watch.h). What followed the lost one
 * is put aside whole, so that nothing of it is believed beside another: positions and orders come from the exchange. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/text.h"
#include "db/db.h"
#include "gateway/client.h"
#include "gateway/lock.h"
#include "gateway/paths.h"

static const enum db_file followers[] = {DB_ORDERS, DB_CONDITIONS};
#define FOLLOWERS (sizeof followers / sizeof followers[0])

static bool find_journal(void *context, const struct msg *msg)
{
    if (strcmp(msg->cursor.stream, "journal") == 0) *(uint64_t *)context = msg->cursor.seq;
    return true;
}

/* One that is not there follows whatever comes. */
static enum status follows(const char *home, enum db_file file, uint64_t journal, bool *out, struct err *err)
{
    const struct db_query query = {.id = MSG_CURSOR};
    struct db *db = NULL;
    uint64_t followed = 0;
    *out = true;
    enum status status = db_open(&db, file, home, DB_READ, DB_NORMAL, err);
    if (status == ERR_NOT_FOUND) return ERR_OK;
    if (status == ERR_OK) status = db_each(db, &query, find_journal, &followed, err);
    db_close(db);
    *out = followed == 0 || followed == journal;
    return status;
}

enum status client_journal(const struct settings *settings, struct client_journal *out, struct err *err)
{
    char home[SETTING_TEXT_SIZE];
    struct db *db = NULL;
    enum status status = client_home(settings, home, sizeof home, err);
    if (status == ERR_OK) status = db_open(&db, DB_GATEWAY, home, DB_READ, DB_NORMAL, err);
    if (status == ERR_OK) status = db_meta_get(db, "install", out->name, sizeof out->name, err);
    db_close(db);
    const uint64_t journal = status == ERR_OK ? strtoull(out->name, NULL, 36) : 0;
    if (status == ERR_OK) status = follows(home, DB_ORDERS, journal, &out->orders, err);
    return status == ERR_OK ? follows(home, DB_CONDITIONS, journal, &out->conditions, err) : status;
}

/* What was written ahead goes into the file first: the other two beside it must not outlive its name. */
static enum status make_whole(const char *home, enum db_file file, struct err *err)
{
    char path[PATHS_FILE_SIZE], ahead[PATHS_FILE_SIZE + 8];
    struct db *db = NULL;
    paths_join(path, home, db_file_name(file));
    if (access(path, F_OK) != 0) return ERR_OK;
    const enum status status = db_open(&db, file, home, DB_WRITE, DB_FULL, err);
    db_close(db);
    snprintf(ahead, sizeof ahead, "%s-wal", path);
    if (status == ERR_OK && access(ahead, F_OK) == 0)
        return err_set(err, ERR_STATE, "%s is being read: leave what reads it (an outcry screen) first",
                       db_file_name(file));
    return status;
}

static enum status put_aside(const char *home, enum db_file file, const char *ending, struct err *err)
{
    char path[PATHS_FILE_SIZE], aside[PATHS_FILE_SIZE + NAME_SIZE];
    paths_join(path, home, db_file_name(file));
    snprintf(aside, sizeof aside, "%s%s", path, ending);
    if (rename(path, aside) == 0 || errno == ENOENT) return ERR_OK;
    return err_set(err, ERR_IO, "%s cannot be renamed: %s", db_file_name(file), strerror(errno));
}

static enum status record(const char *home, const char *name, const char *ending, struct err *err)
{
    struct msg msg;
    struct db *db = NULL;
    msg_init(&msg, MSG_ACTION);
    struct action_record *action = &msg.action;
    struct clock *clock = clock_system();
    action->time_us = clock->now_us(clock);
    (void)text_copy(action->component, sizeof action->component, "gateway");
    (void)text_copy(action->kind, sizeof action->kind, "operator");
    (void)text_copy(action->action, sizeof action->action, "adopt");
    client_actor(action->actor);
    snprintf(action->request, sizeof action->request, "gateway.db %.23s", name);
    snprintf(action->answer, sizeof action->answer, "orders.db and conditions.db are put aside: %.23s", ending);
    enum status status = db_open(&db, DB_GATEWAY, home, DB_WRITE, DB_FULL, err);
    if (status == ERR_OK) status = db_store(db, &msg, err);
    db_close(db);
    return status;
}

static enum status adopt(const char *home, const char *name, char ending[NAME_SIZE], struct err *err)
{
    struct clock *clock = clock_system();
    enum status status = ERR_OK;
    snprintf(ending, NAME_SIZE, ".%" PRId64, clock->now_us(clock) / CLOCK_SECOND_US);
    for (size_t i = 0; status == ERR_OK && i < FOLLOWERS; i++) status = make_whole(home, followers[i], err);
    if (status == ERR_OK) status = record(home, name, ending, err);
    for (size_t i = 0; status == ERR_OK && i < FOLLOWERS; i++) status = put_aside(home, followers[i], ending, err);
    return status;
}

enum status client_adopt(const struct settings *settings, const char *name, char ending[NAME_SIZE], struct err *err)
{
    struct client_journal journal;
    struct paths paths;
    struct lock lock = {.fd = -1};
    enum status status = client_journal(settings, &journal, err);
    if (status == ERR_OK && strcmp(journal.name, name) != 0)
        return err_set(err, ERR_NOT_FOUND, "gateway.db is '%s', not '%.40s'", journal.name, name);
    if (status == ERR_OK) status = paths_resolve(&paths, settings, err);
    if (status == ERR_OK) status = paths_prepare(&paths, err);
    if (status == ERR_OK && client_orphans(settings, NULL))
        return err_set(err, ERR_STATE, "there are processes that run without outcryd: 'outcry stop' first");
    /* Nothing starts meanwhile. */
    if (status == ERR_OK && lock_take(&lock, paths.runtime, component_name(COMPONENT_SUPERVISOR), err) != ERR_OK)
        return err_set(err, ERR_STATE, "it runs: 'outcry stop' first");
    if (status == ERR_OK) status = adopt(paths.home, name, ending, err);
    lock_release(&lock);
    return status;
}
