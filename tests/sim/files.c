/* files: a run whose processes keep their rows in real database files (db/) beside the tables of store.c. A step is one
 * transaction, a failed one is rolled back, and what is born is restored by the very lists of the live processes
 * (gateway/restore.h): a row that db/ writes or reads wrongly breaks an invariant here. Such a run takes fifty times as long,
 * so that one seed in SIM_FILES_EVERY has it; power cuts stay with the others, for SQLite does not lose commits to order. */
#include "core/check.h"
#include "tests/sim/world.h"

static const enum db_file kinds[SIM_NODES] = {[NODE_STRATEGY] = DB_CONDITIONS,
                                              [NODE_EXECUTOR] = DB_ORDERS,
                                              [NODE_GATEWAY] = DB_GATEWAY,
                                              [NODE_EXCHANGE] = DB_EXCHANGE};

void files_begin(struct world *world)
{
    CHECK(tempdir_make(world->directory) == 0);
    world->totals.on_files++;
}

void files_end(struct world *world)
{
    if (world->directory[0] == '\0') return;
    CHECK(tempdir_remove(world->directory) == 0);
    world->directory[0] = '\0';
}

void files_open(struct node *node)
{
    struct world *world = node->world;
    struct err err;
    if (world->directory[0] == '\0') return;
    if (db_open(&node->db, kinds[node->id], world->directory, DB_WRITE, DB_NORMAL, &err) != ERR_OK)
        world_fail(world, "%s: %s", db_file_name(kinds[node->id]), err.text);
}

void files_close(struct node *node)
{
    if (node->db != NULL) db_close(node->db);
    node->db = NULL;
}

static bool forgotten(const struct world *world, const struct msg *msg)
{
    return world->sabotage == SABOTAGE_LOST_ROW && msg->id == MSG_CONDITION_LOTS;
}

void files_step(struct node *node, bool commit)
{
    struct err err;
    bool begun = false;
    enum status status = ERR_OK;
    for (uint32_t i = 0; node->db != NULL && i < node->step_count && status == ERR_OK; i++) {
        if (node->step[i].port != PORT_STORE || forgotten(node->world, &node->step[i].msg)) continue;
        if (!begun) status = db_begin(node->db, &err);
        begun = true;
        if (status == ERR_OK) status = db_store(node->db, &node->step[i].msg, &err);
    }
    if (begun && status == ERR_OK && commit)
        status = db_commit(node->db, &err);
    else if (begun)
        db_rollback(node->db);
    if (status != ERR_OK) world_fail(node->world, "%s: %s", db_file_name(kinds[node->id]), err.text);
}

static enum status restore_tables(const struct node *node, const enum table_id *tables, size_t count, restore_row row,
                                  struct err *err)
{
    enum status status = ERR_OK;
    for (size_t t = 0; t < count; t++) {
        const struct table *table = &node->store.tables[tables[t]];
        for (uint32_t i = 0; i < table->count && status == ERR_OK; i++)
            if (table->rows[i] != NULL) status = row(node->world, table->rows[i], err);
    }
    return status;
}

void files_restore(struct node *node, files_load load, const enum table_id *tables, size_t count, restore_row row)
{
    struct err err;
    const enum status status =
        node->db != NULL ? load(node->db, row, node->world, &err) : restore_tables(node, tables, count, row, &err);
    if (status != ERR_OK) world_fail(node->world, "process %d refuses its own row: %s", (int)node->id, err.text);
}
