/* outcry export: stored records as CSV or JSON lines. A file is written beside its name and moved there when it is
 * whole, so that nobody ever reads half of it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tui/cli/json.h"
#include "tui/cli/command.h"
#include "tui/cli/filter.h"
#include "tui/cli/print.h"

#define PATH_SIZE 4096

struct kind {
    const char *name;
    enum db_file file;
    enum msg_id id;
    enum exec_kind only; /* order events of one kind; 0 = all */
};

static const struct kind kinds[] = {
    {"orders", DB_ORDERS, MSG_ORDER, 0},
    {"fills", DB_ORDERS, MSG_ORDER_EVENT, EXEC_FILL},
    {"events", DB_ORDERS, MSG_ORDER_EVENT, 0},
    {"conditions", DB_CONDITIONS, MSG_CONDITION, 0},
    {"transitions", DB_CONDITIONS, MSG_TRANSITION, 0},
    {"signals", DB_CONDITIONS, MSG_SIGNAL, 0},
    {"positions", DB_ORDERS, MSG_POSITION, 0},
    {"risk", DB_GATEWAY, MSG_RISK_EVENT, 0},
    {"sessions", DB_GATEWAY, MSG_SESSION, 0},
    {"ticks", DB_TICKS, MSG_TICK, 0},
    {"bars", DB_TICKS, MSG_BAR, 0},
    {"audit", 0, MSG_AUDIT, 0}, /* out of several */
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct export
{
    const struct kind *kind;
    FILE *out;
    bool csv;
    int64_t rows;
};

/* RFC 4180: quoted when it must be, a quote doubled. */
static void write_cell(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void write_header(const struct export *export)
{
    const struct msg_type *type = msg_type(export->kind->id);
    for (uint32_t i = 0; i < type->field_count; i++)
        fprintf(export->out, "%s%s", i > 0 ? "," : "", type->fields[i].name);
    fputc('\n', export->out);
}

static bool write_row(void *context, const struct msg *msg)
{
    struct export *export = context;
    const struct msg_type *type = msg_type(msg->id);
    char text[PRINT_CELL_SIZE];
    if (export->kind->only != 0 && msg->order_event.kind != export->kind->only) return true;
    export->rows++;
    if (!export->csv) {
        json_t *object = json_from_msg(msg);
        bool written = json_write_line(export->out, object);
        json_decref(object);
        return written;
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        print_plain(msg, &type->fields[i], text, sizeof(text));
        fputs(i > 0 ? "," : "", export->out);
        write_cell(export->out, text);
    }
    return fputc('\n', export->out) != EOF;
}

static int write_rows(const struct cli *cli, struct export *export, const struct db_query *query)
{
    int code = CLI_OK;
    struct err err;
    struct db *db = cli_database(cli, export->kind->file, &code);
    if (code == CLI_OK && export->csv) write_header(export);
    if (db != NULL && db_each(db, query, write_row, export, &err) != ERR_OK) code = cli_say_err(&err);
    db_close(db);
    return code;
}

/* The header goes out with the first row, so that an audit which cannot be read leaves nothing. */
static bool write_audit_row(void *context, const struct msg *msg)
{
    struct export *export = context;
    if (export->csv && export->rows == 0) write_header(export);
    return write_row(export, msg);
}

static int write_audit(const struct cli *cli, struct export *export, const struct db_query *query)
{
    const int code = cli_audit(cli, query, write_audit_row, export);
    if (code == CLI_OK && export->csv && export->rows == 0) write_header(export);
    return code;
}

/* Rows in the order they happened. Nothing stored yet is an empty file, not an error. */
static int write_all(const struct cli *cli, struct export *export, struct db_query *query)
{
    int code = query->id == MSG_AUDIT ? write_audit(cli, export, query) : write_rows(cli, export, query);
    if ((fflush(export->out) != 0 || ferror(export->out) != 0) && code == CLI_OK)
        code = cli_say(CLI_FAILED, "the export cannot be written: %s", strerror(errno));
    return code;
}

static int to_file(const struct cli *cli, struct export *export, struct db_query *query, const char *path)
{
    char part[PATH_SIZE];
    int length = snprintf(part, sizeof(part), "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof(part)) return cli_say(CLI_USAGE, "--output: the path is too long");
    if (access(path, F_OK) == 0 && !cli_given(cli, "--force"))
        return cli_say(CLI_FAILED, "%s is there already (--force replaces it)", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    export->out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (export->out == NULL) {
        int cause = errno;
        if (fd >= 0) close(fd);
        return cli_say(CLI_FAILED, "cannot write %s: %s", part, strerror(cause));
    }
    int code = write_all(cli, export, query);
    if (fclose(export->out) != 0 && code == CLI_OK)
        code = cli_say(CLI_FAILED, "cannot write %s: %s", part, strerror(errno));
    if (code == CLI_OK && rename(part, path) != 0)
        code = cli_say(CLI_FAILED, "cannot write %s: %s", path, strerror(errno));
    if (code != CLI_OK) {
        (void)unlink(part);
        return code;
    }
    fprintf(stderr, "%lld rows in %s\n", (long long)export->rows, path);
    return CLI_OK;
}

static const struct kind *kind_of(const char *name)
{
    struct suggestion suggestion = {.word = name};
    char words[CLI_SUGGESTION_SIZE + 32];
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
        suggestion_offer(&suggestion, kinds[i].name);
    }
    cli_say(CLI_USAGE, "export: no '%s'%s", name,
            suggestion.text[0] != '\0' ? suggestion_words(&suggestion, words, sizeof(words))
                                       : " ('outcry export --help' lists them)");
    return NULL;
}

int cmd_export(struct cli *cli)
{
    const char *format = cli_value(cli, "--format");
    const char *path = cli_value(cli, "--output");
    struct export export = {.kind = kind_of(cli->words[0]), .out = stdout};
    if (export.kind == NULL) return CLI_USAGE;
    export.csv = format != NULL ? strcmp(format, "csv") == 0 : !cli->json;
    if (format != NULL && !export.csv && strcmp(format, "jsonl") != 0)
        return cli_say(CLI_USAGE, "--format: '%s' (allowed csv, jsonl)", format);
    struct db_query query = {.id = export.kind->id};
    if (!filter_read(cli, &query)) return CLI_USAGE;
    query.newest_first = false;
    return path != NULL ? to_file(cli, &export, &query, path) : write_all(cli, &export, &query);
}
