/*
 * filter: the options that choose rows of a stored list, and the listing itself.
 *
 * --symbol --account --order --condition --state --day --since --until --text --limit, as far as a command has them.
 * Times are Taipei's; of ticks and bars they are market time, of everything else the time it was stored. Newest first.
 *
 * Does not ask what runs: it reads the stores. Owner: the query points into argv. Thread: one.
 */
#ifndef TUI_CLI_FILTER_H
#define TUI_CLI_FILTER_H

#include "tui/cli/command.h"
#include "tui/cli/print.h"

#define FILTER_LIMIT 200 /* rows of a list, unless --limit says */

/* query->id is set. false: said, CLI_USAGE. */
bool filter_read(const struct cli *cli, struct db_query *query);

/* Is there a row? false with *code as it was: no; else it could not be looked for (said). */
bool filter_finds(const struct cli *cli, enum db_file file, const struct db_query *query, int *code);

/* Every row of a query into a list, printed. */
int filter_print(struct cli *cli, enum db_file file, const struct db_query *query, struct print_list *list,
                 const char *none);

#endif
