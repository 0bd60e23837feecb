/* market_file: the trades of a file as an array of small records sorted by time. Products follow one another in the
 * daily file, so it must be read whole before the first trade in time is known. */
#include "gateway/market/market_file.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "gateway/market/market_format.h"
#include "gateway/market/market_read.h"

#define SLOTS          131072 /* of the symbols' hash table: a power of two, more than twice MARKET_SYMBOLS_MAX */
#define RECORD_AUCTION 1u
#define RECORD_BOOK    2u
#define FILE_NAME_SIZE 128

struct record {
    int64_t market_us;
    price_t price;
    uint32_t sequence; /* in the file: keeps trades of equal time in its order */
    int32_t quantity;
    uint32_t book; /* index, RECORD_BOOK only */
    uint16_t symbol;
    uint16_t flags;
};

struct book {
    price_t bid, ask;
    int32_t bid_quantity, ask_quantity;
};

struct market_file {
    char name[FILE_NAME_SIZE];
    const char *const *wanted; /* while reading only */
    struct record *records;
    int64_t count, room;
    struct book *books;
    int64_t book_count, book_room;
    char (*symbols)[SYMBOL_SIZE];
    uint32_t symbol_count, symbol_room;
    uint16_t *slots; /* symbol + 1, 0 = free */
    price_t *first;  /* of each symbol, 0 = none */
    uint32_t last_symbol;
    struct market_damage damage[MARKET_DAMAGE_KEPT];
    int64_t damaged;
    int64_t cursor;
    /* the line being put together */
    struct market_format format;
    int64_t line;
    size_t held;
    bool overlong;
    char text[MARKET_LINE_MAX];
};

/* --- storing ------------------------------------------------------------------------------------------------------ */

static bool grow(void **array, int64_t *room, int64_t used, size_t size)
{
    if (used < *room) return true;
    int64_t wanted = *room == 0 ? 4096 : *room * 2;
    void *moved = realloc(*array, (size_t)wanted * size);
    if (moved == NULL) return false;
    *array = moved;
    *room = wanted;
    return true;
}

static uint32_t hash(const char *text)
{
    uint32_t value = 2166136261u;
    for (; *text != '\0'; text++) value = (value ^ (unsigned char)*text) * 16777619u;
    return value;
}

static enum status intern(struct market_file *file, const char *symbol, uint32_t *index, struct err *err)
{
    if (file->symbol_count > 0 && strcmp(file->symbols[file->last_symbol], symbol) == 0) {
        *index = file->last_symbol;
        return ERR_OK;
    }
    uint32_t slot = hash(symbol) & (SLOTS - 1);
    while (file->slots[slot] != 0 && strcmp(file->symbols[file->slots[slot] - 1], symbol) != 0)
        slot = (slot + 1) & (SLOTS - 1);
    if (file->slots[slot] == 0) {
        if (file->symbol_count == MARKET_SYMBOLS_MAX)
            return err_set(err, ERR_FULL, "more than %d symbols", MARKET_SYMBOLS_MAX);
        int64_t room = file->symbol_room;
        void *symbols = file->symbols;
        if (!grow(&symbols, &room, file->symbol_count, sizeof file->symbols[0]))
            return err_set(err, ERR_FULL, "out of memory");
        file->symbols = symbols;
        file->symbol_room = (uint32_t)room;
        memcpy(file->symbols[file->symbol_count], symbol, SYMBOL_SIZE);
        file->slots[slot] = (uint16_t)++file->symbol_count;
    }
    file->last_symbol = *index = (uint32_t)file->slots[slot] - 1;
    return ERR_OK;
}

static bool is_wanted(const struct market_file *file, const char *symbol)
{
    if (file->wanted == NULL) return true;
    for (const char *const *each = file->wanted; *each != NULL; each++)
        if (strcmp(*each, symbol) == 0) return true;
    return false;
}

static enum status add_book(struct market_file *file, const struct market_row *row, struct record *record,
                            struct err *err)
{
    void *books = file->books;
    if (!grow(&books, &file->book_room, file->book_count, sizeof *file->books))
        return err_set(err, ERR_FULL, "out of memory");
    file->books = books;
    record->book = (uint32_t)file->book_count;
    record->flags |= RECORD_BOOK;
    file->books[file->book_count++] = (struct book){
        .bid = row->bid, .ask = row->ask, .bid_quantity = row->bid_quantity, .ask_quantity = row->ask_quantity};
    return ERR_OK;
}

static enum status add(struct market_file *file, const struct market_row *row, struct err *err)
{
    uint32_t symbol = 0;
    enum status status = intern(file, row->symbol, &symbol, err);
    if (status != ERR_OK) return status;
    if (file->count == MARKET_TRADES_MAX) return err_set(err, ERR_FULL, "more than %d trades", MARKET_TRADES_MAX);
    void *records = file->records;
    if (!grow(&records, &file->room, file->count, sizeof *file->records))
        return err_set(err, ERR_FULL, "out of memory");
    file->records = records;
    struct record record = {.market_us = row->market_us,
                            .price = row->price,
                            .sequence = (uint32_t)file->count,
                            .quantity = row->quantity,
                            .symbol = (uint16_t)symbol,
                            .flags = row->auction ? RECORD_AUCTION : 0};
    if (row->has_book && (status = add_book(file, row, &record, err)) != ERR_OK) return status;
    file->records[file->count++] = record;
    return ERR_OK;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static void note_damage(struct market_file *file, const char *reason)
{
    if (file->damaged < MARKET_DAMAGE_KEPT) {
        struct market_damage *damage = &file->damage[file->damaged];
        damage->line = file->line;
        size_t length = strlen(reason);
        if (length >= sizeof damage->reason) length = sizeof damage->reason - 1;
        memcpy(damage->reason, reason, length);
        damage->reason[length] = '\0';
    }
    file->damaged++;
}

static bool blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (line[i] != ' ' && line[i] != '\r' && line[i] != '\t') return false;
    return true;
}

static enum status take_line(struct market_file *file, const char *line, size_t length, struct err *err)
{
    file->line++;
    if (file->line == 1) return market_format_header(&file->format, line, length, err);
    struct market_row row;
    struct err why = {0};
    if (file->overlong || length >= MARKET_LINE_MAX) {
        note_damage(file, "line is longer than 511 bytes");
        return ERR_OK;
    }
    if (blank(line, length)) return ERR_OK;
    if (!market_format_row(&file->format, line, length, &row, &why)) {
        note_damage(file, why.text);
        return ERR_OK;
    }
    return is_wanted(file, row.symbol) ? add(file, &row, err) : ERR_OK;
}

/* The start of a line whose end is in a later piece. What does not fit is dropped: the line is damaged already. */
static void hold(struct market_file *file, const char *bytes, size_t length)
{
    size_t room = sizeof file->text - file->held;
    if (length > room) {
        file->overlong = true;
        length = room;
    }
    memcpy(file->text + file->held, bytes, length);
    file->held += length;
}

static enum status take_piece(void *context, const char *bytes, size_t length, struct err *err)
{
    struct market_file *file = context;
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        if (end == NULL) {
            hold(file, bytes, length);
            return ERR_OK;
        }
        size_t part = (size_t)(end - bytes);
        enum status status;
        if (file->held > 0) {
            hold(file, bytes, part);
            status = take_line(file, file->text, file->held, err);
        } else {
            status = take_line(file, bytes, part, err);
        }
        if (status != ERR_OK) return status;
        file->held = 0;
        file->overlong = false;
        bytes += part + 1;
        length -= part + 1;
    }
    return ERR_OK;
}

static int by_time(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    if (a->market_us != b->market_us) return a->market_us < b->market_us ? -1 : 1;
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static enum status find_first(struct market_file *file, struct err *err)
{
    file->first = calloc((size_t)file->symbol_count + 1, sizeof *file->first);
    bool *seen = calloc((size_t)file->symbol_count + 1, sizeof *seen);
    const bool room = file->first != NULL && seen != NULL;
    uint32_t left = file->symbol_count;
    for (int64_t i = 0; room && i < file->count && left > 0; i++) {
        const struct record *record = &file->records[i];
        if (seen[record->symbol]) continue;
        seen[record->symbol] = true;
        file->first[record->symbol] = record->price;
        left--;
    }
    free(seen);
    return room ? ERR_OK : err_set(err, ERR_FULL, "out of memory");
}

static enum status finish(struct market_file *file, struct err *err)
{
    enum status status = ERR_OK;
    if (file->held > 0) status = take_line(file, file->text, file->held, err);
    if (status != ERR_OK) return status;
    if (file->line == 0) return err_set(err, ERR_INVALID, "empty");
    if (file->count == 0 && file->wanted == NULL && file->damaged > 0)
        return err_set(err, ERR_INVALID, "no trade in it; line %lld: %s", (long long)file->damage[0].line,
                       file->damage[0].reason);
    if (file->count == 0 && file->wanted == NULL) return err_set(err, ERR_INVALID, "no trade in it");
    bool sorted = true;
    for (int64_t i = 1; i < file->count && sorted; i++)
        sorted = file->records[i - 1].market_us <= file->records[i].market_us;
    if (!sorted) qsort(file->records, (size_t)file->count, sizeof *file->records, by_time);
    file->wanted = NULL;
    return find_first(file, err);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static struct market_file *make(const char *path, const char *const *symbols)
{
    struct market_file *file = calloc(1, sizeof *file);
    if (file == NULL) return NULL;
    file->slots = calloc(SLOTS, sizeof *file->slots);
    if (file->slots == NULL) {
        free(file);
        return NULL;
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    (void)text_copy(file->name, sizeof file->name, name);
    file->wanted = symbols;
    return file;
}

/* A refusal names the path as it was given; a very long one would push the words out, and its last part must do. */
static enum status ready(struct market_file *file, const char *path, enum status status, struct market_file **out,
                         struct err *err)
{
    if (status == ERR_OK) status = finish(file, err);
    if (status != ERR_OK) {
        err_prefix(err, "%.100s", strlen(path) <= 100 ? path : file->name);
        market_file_close(file);
        return status;
    }
    *out = file;
    return ERR_OK;
}

enum status market_file_open(const char *path, const char *const *symbols, struct market_file **out, struct err *err)
{
    *out = NULL;
    struct market_file *file = make(path, symbols);
    if (file == NULL) return err_set(err, ERR_FULL, "out of memory");
    return ready(file, path, market_read(path, take_piece, file, err), out, err);
}

enum status market_file_parse(const char *name, const void *bytes, size_t length, const char *const *symbols,
                              struct market_file **out, struct err *err)
{
    *out = NULL;
    struct market_file *file = make(name, symbols);
    if (file == NULL) return err_set(err, ERR_FULL, "out of memory");
    return ready(file, name, take_piece(file, bytes, length, err), out, err);
}

void market_file_close(struct market_file *file)
{
    if (file == NULL) return;
    free(file->records);
    free(file->books);
    free(file->symbols);
    free(file->slots);
    free(file->first);
    free(file);
}

void market_file_keep(struct market_file *file, const bool *wanted)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < file->count; i++)
        if (wanted[file->records[i].symbol]) file->records[kept++] = file->records[i];
    file->count = kept;
    file->cursor = 0;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

void market_file_at(const struct market_file *file, int64_t index, struct market_trade *out)
{
    CHECK(index >= 0 && index < file->count);
    const struct record *record = &file->records[index];
    *out = (struct market_trade){.symbol = file->symbols[record->symbol],
                                 .symbol_index = record->symbol,
                                 .market_us = record->market_us,
                                 .price = record->price,
                                 .quantity = record->quantity,
                                 .auction = (record->flags & RECORD_AUCTION) != 0,
                                 .has_book = (record->flags & RECORD_BOOK) != 0};
    if (out->has_book) {
        const struct book *book = &file->books[record->book];
        out->bid = book->bid;
        out->ask = book->ask;
        out->bid_quantity = book->bid_quantity;
        out->ask_quantity = book->ask_quantity;
    }
}

bool market_file_next(struct market_file *file, struct market_trade *out)
{
    if (file->cursor >= file->count) return false;
    market_file_at(file, file->cursor++, out);
    return true;
}

int64_t market_file_tell(const struct market_file *file)
{
    return file->cursor;
}

void market_file_move(struct market_file *file, int64_t index)
{
    CHECK(index >= 0 && index <= file->count);
    file->cursor = index;
}

int64_t market_file_find(const struct market_file *file, int64_t market_us)
{
    int64_t low = 0, high = file->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (file->records[middle].market_us < market_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t market_file_count(const struct market_file *file)
{
    return file->count;
}

uint32_t market_file_symbol_count(const struct market_file *file)
{
    return file->symbol_count;
}

const char *market_file_symbol(const struct market_file *file, uint32_t index)
{
    CHECK(index < file->symbol_count);
    return file->symbols[index];
}

price_t market_file_first_price(const struct market_file *file, uint32_t symbol_index)
{
    CHECK(symbol_index < file->symbol_count);
    return file->first[symbol_index];
}

const char *market_file_name(const struct market_file *file)
{
    return file->name;
}

int64_t market_file_damaged(const struct market_file *file)
{
    return file->damaged;
}

const struct market_damage *market_file_damage(const struct market_file *file, int32_t index)
{
    return index >= 0 && index < MARKET_DAMAGE_KEPT && index < file->damaged ? &file->damage[index] : NULL;
}
