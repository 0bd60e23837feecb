/*
 * driver: buffer, BEGIN at the first record, COMMIT, release.
 */
#include "gateway/driver.h"

#include <stdlib.h>

#include "core/check.h"

struct held {
    enum port port;
    struct msg msg;
};

struct driver {
    struct db *db;
    driver_release release;
    void *context;
    struct sink sink;
    bool in_transaction;
    bool releasing;
    enum status status; /* the first failure; everything after it is held for ever */
    struct err err;
    struct held *held;
    size_t count, capacity;
};

static void fail(struct driver *driver, enum status status, const struct err *err)
{
    if (driver->status == ERR_OK) {
        driver->status = status;
        driver->err = *err;
    }
}

static void store(struct driver *driver, const struct msg *msg)
{
    struct err err = {0};
    enum status status = ERR_OK;
    if (!driver->in_transaction) {
        status = db_begin(driver->db, &err);
        driver->in_transaction = status == ERR_OK;
    }
    if (status == ERR_OK) status = db_store(driver->db, msg, &err);
    if (status != ERR_OK) fail(driver, status, &err);
}

static void hold(struct driver *driver, enum port port, const struct msg *msg)
{
    if (driver->count == driver->capacity) {
        size_t capacity = driver->capacity * 2;
        struct held *held = realloc(driver->held, capacity * sizeof *held);
        if (held == NULL) {
            struct err err;
            fail(driver, err_set(&err, ERR_FULL, "out of memory for %zu messages of one step", capacity), &err);
            return;
        }
        driver->held = held;
        driver->capacity = capacity;
    }
    driver->held[driver->count].port = port;
    driver->held[driver->count].msg = *msg;
    driver->count++;
}

static void emit(void *context, enum port port, const struct msg *msg)
{
    struct driver *driver = context;
    CHECK(!driver->releasing); /* what leaves must not make the component speak again: the steps would mix */
    if (driver->status != ERR_OK) return;
    if (port == PORT_STORE)
        store(driver, msg);
    else
        hold(driver, port, msg);
}

struct driver *driver_new(struct db *db, driver_release release, void *context)
{
    struct driver *driver = calloc(1, sizeof *driver);
    if (driver == NULL) return NULL;
    driver->held = malloc(DRIVER_MESSAGES * sizeof *driver->held);
    if (driver->held == NULL) {
        free(driver);
        return NULL;
    }
    driver->capacity = DRIVER_MESSAGES;
    driver->db = db;
    driver->release = release;
    driver->context = context;
    driver->sink = (struct sink){.context = driver, .emit = emit};
    return driver;
}

void driver_free(struct driver *driver)
{
    if (driver == NULL) return;
    if (driver->in_transaction) db_rollback(driver->db);
    free(driver->held);
    free(driver);
}

struct sink *driver_sink(struct driver *driver)
{
    return &driver->sink;
}

enum status driver_end_step(struct driver *driver, struct err *err)
{
    struct err why = {0};
    if (driver->status == ERR_OK && driver->in_transaction) {
        enum status status = db_commit(driver->db, &why);
        driver->in_transaction = false;
        if (status != ERR_OK) fail(driver, status, &why);
    }
    if (driver->status != ERR_OK) {
        if (driver->in_transaction) {
            db_rollback(driver->db);
            driver->in_transaction = false;
        }
        driver->count = 0;
        return err_set(err, driver->status, "cannot store: %s", driver->err.text);
    }
    driver->releasing = true;
    for (size_t i = 0; i < driver->count; i++)
        driver->release(driver->context, driver->held[i].port, &driver->held[i].msg);
    driver->releasing = false;
    driver->count = 0;
    return ERR_OK;
}
