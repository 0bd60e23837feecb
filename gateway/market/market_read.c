/* market_read: libarchive's zip reader for archives, its raw reader for the rest. Which of the two is decided by the
 * file's first bytes: the raw reader would take a damaged archive for text. */
#include "gateway/market/market_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define ENTRIES_MAX 1000
#define BLOCK_SIZE  65536

typedef enum status (*piece_function)(void *context, const char *bytes, size_t length, struct err *err);

static bool text_name(const char *name)
{
    size_t length = name == NULL ? 0 : strlen(name);
    if (length < 4) return false;
    const char *end = name + length - 4;
    return strcasecmp(end, ".csv") == 0 || strcasecmp(end, ".rpt") == 0 || strcasecmp(end, ".txt") == 0;
}

/* Opens nothing that is not a plain file: a pipe or a device would block us or never end. */
static enum status is_zip(const char *path, bool *zip, struct err *err)
{
    struct stat facts;
    if (stat(path, &facts) != 0) return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s", strerror(errno));
    if (!S_ISREG(facts.st_mode)) return err_set(err, ERR_INVALID, "not a file");
    FILE *file = fopen(path, "rb");
    if (file == NULL) return err_set(err, ERR_IO, "%s", strerror(errno));
    char head[4] = {0};
    size_t got = fread(head, 1, sizeof head, file);
    fclose(file);
    *zip = got >= 2 && head[0] == 'P' && head[1] == 'K';
    return ERR_OK;
}

static enum status damaged(struct archive *archive, bool zip, struct err *err)
{
    const char *why = archive_error_string(archive);
    return err_set(err, zip ? ERR_CORRUPT : ERR_IO, "%s: %s", zip ? "damaged zip" : "cannot be read",
                   why == NULL ? "?" : why);
}

static enum status read_data(struct archive *archive, bool zip, piece_function piece, void *context, struct err *err)
{
    static _Thread_local char block[BLOCK_SIZE];
    long long total = 0;
    for (;;) {
        la_ssize_t got = archive_read_data(archive, block, sizeof block);
        if (got == 0) return ERR_OK;
        if (got < 0) return damaged(archive, zip, err);
        total += got;
        if (total > MARKET_BYTES_MAX)
            return err_set(err, ERR_FULL, "more than %lld GiB of text", MARKET_BYTES_MAX >> 30);
        enum status status = piece(context, block, (size_t)got, err);
        if (status != ERR_OK) return status;
    }
}

static enum status read_entry(struct archive *archive, bool zip, piece_function piece, void *context, struct err *err)
{
    struct archive_entry *entry = NULL;
    for (int i = 0; i < ENTRIES_MAX; i++) {
        int code = archive_read_next_header(archive, &entry);
        if (code == ARCHIVE_EOF) return err_set(err, ERR_INVALID, zip ? "no .csv, .rpt or .txt in the zip" : "empty");
        if (code < ARCHIVE_WARN) return damaged(archive, zip, err);
        if (!zip || text_name(archive_entry_pathname(entry))) return read_data(archive, zip, piece, context, err);
    }
    return err_set(err, ERR_INVALID, "no .csv, .rpt or .txt among the first %d files in the zip", ENTRIES_MAX);
}

enum status market_read(const char *path, piece_function piece, void *context, struct err *err)
{
    bool zip = false;
    enum status status = is_zip(path, &zip, err);
    if (status != ERR_OK) return status;
    struct archive *archive = archive_read_new();
    if (archive == NULL) return err_set(err, ERR_FULL, "out of memory");
    if (zip) {
        archive_read_support_format_zip(archive);
    } else {
        archive_read_support_format_raw(archive);
        archive_read_support_format_empty(archive);
    }
    if (archive_read_open_filename(archive, path, BLOCK_SIZE) != ARCHIVE_OK)
        status = damaged(archive, zip, err);
    else
        status = read_entry(archive, zip, piece, context, err);
    archive_read_free(archive);
    return status;
}
