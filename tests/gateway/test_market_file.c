/* test_market_file: both file formats, in archives and out of them, whole and damaged. Real files, real libarchive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "gateway/market/market_file.h"

#define DAILY_UTF8                                                                                                     \
    "成交日期,商品代號,到期月份(週別),成交時間,成交價格,成交數量(B+S),近月價格,遠月價格,開盤集合競價 \r\n"
/* The same header in Big5, as the exchange writes it. */
#define DAILY_BIG5                                                                                                     \
    "\xa6\xa8\xa5\xe6\xa4\xe9\xb4\xc1,\xb0\xd3\xab\x7e\xa5\x4e\xb8\xb9,\xa8\xec\xb4\xc1\xa4\xeb\xa5\xf7(\xb6\x67"      \
    "\xa7\x4f),\xa6\xa8\xa5\xe6\xae\xc9\xb6\xa1,\xa6\xa8\xa5\xe6\xbb\xf9\xae\xe6,\xa6\xa8\xa5\xe6\xbc\xc6\xb6\x71"     \
    "(B+S),\xaa\xf1\xa4\xeb\xbb\xf9\xae\xe6,\xbb\xb7\xa4\xeb\xbb\xf9\xae\xe6,\xb6\x7d\xbd\x4c\xb6\xb0\xa6\x58\xc4"     \
    "\x76\xbb\xf9 \r\n"
#define PLAIN  "datetime,symbol,price,quantity\n"
#define QUOTED "datetime,symbol,price,quantity,bid,bid_quantity,ask,ask_quantity\n"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/outcry-market-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    static const char *const names[] = {"a.csv", "a.zip", "two.zip", "none.zip", "cut.zip", "empty.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(command, sizeof command, "%s/%s", folder, names[i]);
        (void)unlink(command);
    }
    return rmdir(folder);
}

static struct market_file *parse(const char *text, const char *const *symbols)
{
    struct market_file *file;
    struct err err = {0};
    if (market_file_parse("test.csv", text, strlen(text), symbols, &file, &err) != ERR_OK) fail_msg("%s", err.text);
    return file;
}

static void assert_refused(const char *text, enum status status, const char *words)
{
    struct market_file *file;
    struct err err = {0};
    assert_int_equal(market_file_parse("test.csv", text, strlen(text), NULL, &file, &err), status);
    assert_null(file);
    if (strstr(err.text, words) == NULL) fail_msg("'%s' does not say '%s'", err.text, words);
    assert_non_null(strstr(err.text, "test.csv"));
    assert_null(strchr(err.text, '\n'));
}

static void assert_next(struct market_file *file, const char *symbol, int32_t date, int32_t clock, price_t price,
                        int32_t lots)
{
    struct market_trade trade;
    assert_true(market_file_next(file, &trade));
    assert_string_equal(trade.symbol, symbol);
    assert_int_equal(trade.market_us,
                     calendar_taipei_us(date, clock / 10000 * 3600 + clock / 100 % 100 * 60 + clock % 100));
    assert_int_equal(trade.price, price);
    assert_int_equal(trade.quantity, lots);
}

/* --- the daily file ----------------------------------------------------------------------------------------------------- */

#define DAILY_ROWS                                                                                                     \
    "20210723,MTX    ,202108     ,150000,17410,6,-,-,* \r\n"                                                           \
    "20210726,MTX    ,202108     ,084500,17400,2,-,-, \r\n"                                                            \
    "20210726,MTX    ,202108/202109,090000,-.01,40,88.2,88.19, \r\n"                                                   \
    "20210723,TX     ,202108     ,150000,17411,4,-,-, \r\n"                                                            \
    "20210723,TX     ,202108     ,150000,17409,2,-,-, \r\n"                                                            \
    "20210724,CZF    ,202108     ,010203,88.15,2,-,-, \r\n"

static void check_daily(struct market_file *file)
{
    assert_int_equal(market_file_count(file), 6);
    assert_int_equal(market_file_damaged(file), 0);
    assert_next(file, "MXFH1", 20210723, 150000, PRICE_POINTS(17410), 3);
    assert_next(file, "TXFH1", 20210723, 150000, PRICE_POINTS(17411), 2);
    assert_next(file, "TXFH1", 20210723, 150000, PRICE_POINTS(17409), 1);
    assert_next(file, "CZFH1", 20210724, 10203, 881500, 1);
    assert_next(file, "MXFH1", 20210726, 84500, PRICE_POINTS(17400), 1);
    assert_next(file, "MXFH1/I1", 20210726, 90000, -100, 20);
    struct market_trade trade;
    assert_false(market_file_next(file, &trade));
    market_file_at(file, 0, &trade);
    assert_true(trade.auction);
    market_file_at(file, 1, &trade);
    assert_false(trade.auction);
    assert_false(trade.has_book);
}

static void test_daily_file_merges_by_time(void **state)
{
    (void)state;
    struct market_file *file = parse(DAILY_BIG5 DAILY_ROWS, NULL);
    check_daily(file);
    market_file_close(file);
    file = parse(DAILY_UTF8 DAILY_ROWS, NULL);
    check_daily(file);
    market_file_close(file);
    file = parse("\xEF\xBB\xBF" DAILY_UTF8 DAILY_ROWS, NULL);
    check_daily(file);
    market_file_close(file);
}

static void test_filter_find_and_move(void **state)
{
    (void)state;
    static const char *const wanted[] = {"TXFH1", "MXFH1", NULL};
    struct market_file *file = parse(DAILY_BIG5 DAILY_ROWS, wanted);
    assert_int_equal(market_file_count(file), 4);
    assert_int_equal(market_file_symbol_count(file), 2);
    assert_string_equal(market_file_symbol(file, 0), "MXFH1");
    assert_int_equal(market_file_first_price(file, 0), PRICE_POINTS(17410));
    assert_int_equal(market_file_first_price(file, 1), PRICE_POINTS(17411));
    assert_int_equal(market_file_find(file, 0), 0);
    assert_int_equal(market_file_find(file, calendar_taipei_us(20210723, 15 * 3600)), 0);
    assert_int_equal(market_file_find(file, calendar_taipei_us(20210723, 15 * 3600 + 1)), 3);
    assert_int_equal(market_file_find(file, calendar_taipei_us(20210727, 0)), 4);
    market_file_move(file, 3);
    assert_next(file, "MXFH1", 20210726, 84500, PRICE_POINTS(17400), 1);
    assert_int_equal(market_file_tell(file), 4);
    static const bool only_txf[] = {false, true};
    market_file_keep(file, only_txf);
    assert_int_equal(market_file_count(file), 2);
    assert_next(file, "TXFH1", 20210723, 150000, PRICE_POINTS(17411), 2);
    market_file_close(file);
}

static void test_damaged_lines_are_counted_with_their_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *line, *reason;
    } bad[] = {
        {"20210732,MTX,202108,090000,17400,2,-,-, \r\n", "date"},
        {"2021-07-26,MTX,202108,090000,17400,2,-,-, \r\n", "date"},
        {"20210726,MTX,202108,250000,17400,2,-,-, \r\n", "time"},
        {"20210726,MTX,202108,90000,17400,2,-,-, \r\n", "time"},
        {"20210726,MTX,202108,090000,NaN,2,-,-, \r\n", "price"},
        {"20210726,MTX,202108,090000,17400.12345,2,-,-, \r\n", "price"},
        {"20210726,MTX,202108,090000,99999999999,2,-,-, \r\n", "price"},
        {"20210726,MTX,202108,090000,-5,2,-,-, \r\n", "above 0"},
        {"20210726,MTX,202108,090000,17400,-2,-,-, \r\n", "quantity"},
        {"20210726,MTX,202108,090000,17400,3,-,-, \r\n", "quantity"},
        {"20210726,MTX,202113,090000,17400,2,-,-, \r\n", "month"},
        {"20210726,,202108,090000,17400,2,-,-, \r\n", "product"},
        {"20210726,M\x1b[,202108,090000,17400,2,-,-, \r\n", "product"},
        {"20210726,MTX,202108,090000,17400,2,-,-,x\r\n", "auction"},
        {"20210726,MTX,202108,090000,17400\r\n", "5 columns (the header has 9)"},
        {"20210726,MTX,202108,0900", "4 columns"},
    };
    char text[4096];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(text, sizeof text, "%s20210726,MTX,202108,090000,17400,2,-,-, \r\n%s", DAILY_BIG5, bad[i].line);
        struct market_file *file = parse(text, NULL);
        assert_int_equal(market_file_count(file), 1);
        assert_int_equal(market_file_damaged(file), 1);
        assert_int_equal(market_file_damage(file, 0)->line, 3);
        if (strstr(market_file_damage(file, 0)->reason, bad[i].reason) == NULL)
            fail_msg("'%s' does not say '%s'", market_file_damage(file, 0)->reason, bad[i].reason);
        assert_null(strchr(market_file_damage(file, 0)->reason, '\x1b'));
        assert_null(market_file_damage(file, 1));
        market_file_close(file);
    }
}

static void test_long_lines_and_many_damaged_ones(void **state)
{
    (void)state;
    const size_t size = 200000;
    char *text = malloc(size);
    size_t used = (size_t)snprintf(text, size, PLAIN);
    memset(text + used, 'x', 100000);
    used += 100000;
    used += (size_t)snprintf(text + used, size - used, "\n2026-01-05 09:00:00,TXFA6,27000,1\n");
    for (int i = 0; i < 30; i++) used += (size_t)snprintf(text + used, size - used, "bad\n");
    struct market_file *file = parse(text, NULL);
    assert_int_equal(market_file_count(file), 1);
    assert_int_equal(market_file_damaged(file), 31);
    assert_non_null(strstr(market_file_damage(file, 0)->reason, "longer"));
    assert_int_equal(market_file_damage(file, 1)->line, 4);
    assert_non_null(market_file_damage(file, MARKET_DAMAGE_KEPT - 1));
    assert_null(market_file_damage(file, MARKET_DAMAGE_KEPT));
    market_file_close(file);
    free(text);
}

/* --- the plain CSV ------------------------------------------------------------------------------------------------------ */

static void test_plain_csv(void **state)
{
    (void)state;
    struct market_file *file = parse(QUOTED "2026-01-05 09:00:00.5,TXFA6,27000,1,26999,3,27001,4\n"
                                            "\n"
                                            "2026-01-05 08:59:59.123456,MXFA6,27000.5,2,,,27001,4\n"
                                            "2026-01-05 09:00:00,MXFA6,27001,2,,,,0",
                                     NULL);
    struct market_trade trade;
    assert_int_equal(market_file_count(file), 3);
    assert_int_equal(market_file_damaged(file), 0);
    assert_true(market_file_next(file, &trade));
    assert_string_equal(trade.symbol, "MXFA6");
    assert_int_equal(trade.market_us, calendar_taipei_us(20260105, 8 * 3600 + 59 * 60 + 59) + 123456);
    assert_int_equal(trade.price, 270005000);
    assert_true(trade.has_book);
    assert_int_equal(trade.bid_quantity, 0);
    assert_int_equal(trade.ask, PRICE_POINTS(27001));
    assert_true(market_file_next(file, &trade));
    assert_false(trade.has_book);
    assert_true(market_file_next(file, &trade));
    assert_int_equal(trade.market_us, calendar_taipei_us(20260105, 9 * 3600) + 500000);
    assert_int_equal(trade.bid, PRICE_POINTS(26999));
    assert_int_equal(trade.bid_quantity, 3);
    assert_int_equal(trade.ask_quantity, 4);
    market_file_close(file);
}

static void test_plain_csv_refuses_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *reason;
    } bad[] = {
        {"2026-02-30 09:00:00,TXFA6,27000,1,,,,", "datetime"},
        {"2026-01-05T09:00:00,TXFA6,27000,1,,,,", "datetime"},
        {"2026-01-05 09:00:00.,TXFA6,27000,1,,,,", "datetime"},
        {"2026-01-05 09:00:60,TXFA6,27000,1,,,,", "datetime"},
        {"2026-01-05 09:00:00,TXFA6TXFA6TXFA6X,27000,1,,,,", "symbol"},
        {"2026-01-05 09:00:00,txf,27000,1,,,,", "symbol"},
        {"2026-01-05 09:00:00,TXFA6,,1,,,,", "price"},
        {"2026-01-05 09:00:00,TXFA6,1e4,1,,,,", "price"},
        {"2026-01-05 09:00:00,TXFA6,27000,0,,,,", "quantity"},
        {"2026-01-05 09:00:00,TXFA6,27000,1,27002,1,27001,1", "bid must not be above ask"},
        {"2026-01-05 09:00:00,TXFA6,27000,1,x,1,27001,1", "bid"},
        {"2026-01-05 09:00:00,TXFA6,27000,1,27000,1,27001,-1", "ask"},
    };
    char text[1024];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(text, sizeof text, QUOTED "2026-01-05 09:00:00,TXFA6,27000,1,,,,\n%s\n", bad[i].line);
        struct market_file *file = parse(text, NULL);
        assert_int_equal(market_file_damaged(file), 1);
        if (strstr(market_file_damage(file, 0)->reason, bad[i].reason) == NULL)
            fail_msg("'%s' does not say '%s'", market_file_damage(file, 0)->reason, bad[i].reason);
        market_file_close(file);
    }
}

static void test_what_is_no_market_file(void **state)
{
    (void)state;
    assert_refused("", ERR_INVALID, "empty");
    assert_refused("hello\nworld\n", ERR_INVALID, "not a market file");
    assert_refused("datetime,symbol,price\n", ERR_INVALID, "not a market file");
    assert_refused("datetime,symbol,price,quantity,bid\n", ERR_INVALID, "not a market file");
    assert_refused(PLAIN, ERR_INVALID, "no trade");
    assert_refused(PLAIN "x\n", ERR_INVALID, "line 2");
    assert_refused(
        "\xa6\xa8\xa5\xe6\xa4\xe9\xb4\xc1,\xb0\xd3\xab\x7e\xa5\x4e\xb8\xb9,\xbc\x69\xac\xf9\xbb\xf9\xae\xe6\n",
        ERR_INVALID, "options");
}

/* --- files and archives ---------------------------------------------------------------------------------------------------- */

static const char *path_of(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void add_entry(struct archive *zip, const char *name, const char *text)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)strlen(text));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(zip, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(zip, text, strlen(text)), strlen(text));
    archive_entry_free(entry);
}

static struct archive *open_zip(const char *name)
{
    struct archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    assert_int_equal(archive_write_open_filename(zip, path_of(name)), ARCHIVE_OK);
    return zip;
}

static void test_zip_gives_its_first_table(void **state)
{
    (void)state;
    struct archive *zip = open_zip("two.zip");
    add_entry(zip, "readme.md", "not this");
    add_entry(zip, "Daily_2021_07_26.RPT", DAILY_BIG5 DAILY_ROWS);
    archive_write_free(zip);
    struct market_file *file;
    struct err err = {0};
    if (market_file_open(path_of("two.zip"), NULL, &file, &err) != ERR_OK) fail_msg("%s", err.text);
    assert_string_equal(market_file_name(file), "two.zip");
    check_daily(file);
    market_file_close(file);
    write_file("a.csv", DAILY_BIG5 DAILY_ROWS, strlen(DAILY_BIG5 DAILY_ROWS));
    if (market_file_open(path_of("a.csv"), NULL, &file, &err) != ERR_OK) fail_msg("%s", err.text);
    check_daily(file);
    market_file_close(file);
}

static void assert_open_refused(const char *path, enum status status, const char *words)
{
    struct market_file *file;
    struct err err = {0};
    assert_int_equal(market_file_open(path, NULL, &file, &err), status);
    assert_null(file);
    if (strstr(err.text, words) == NULL) fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_wrong_files_say_one_line(void **state)
{
    (void)state;
    assert_open_refused(path_of("missing.zip"), ERR_NOT_FOUND, "missing.zip: No such file");
    assert_open_refused(folder, ERR_INVALID, "not a file");
    write_file("empty.csv", "", 0);
    assert_open_refused(path_of("empty.csv"), ERR_INVALID, "empty.csv: empty");
    struct archive *zip = open_zip("none.zip");
    add_entry(zip, "readme.md", "not this");
    archive_write_free(zip);
    assert_open_refused(path_of("none.zip"), ERR_INVALID, "no .csv, .rpt or .txt in the zip");

    /* Every cut of a good zip is refused or gives all of it: never half a day. */
    zip = open_zip("a.zip");
    add_entry(zip, "a.csv", DAILY_BIG5 DAILY_ROWS);
    archive_write_free(zip);
    char bytes[4096];
    FILE *whole = fopen(path_of("a.zip"), "rb");
    const size_t length = fread(bytes, 1, sizeof bytes, whole);
    (void)fclose(whole);
    for (size_t cut = 2; cut < length; cut++) {
        struct market_file *file;
        write_file("cut.zip", bytes, cut);
        if (market_file_open(path_of("cut.zip"), NULL, &file, NULL) != ERR_OK) continue;
        assert_int_equal(market_file_count(file), 6);
        market_file_close(file);
    }
    write_file("cut.zip", bytes, length / 2);
    assert_open_refused(path_of("cut.zip"), ERR_CORRUPT, "damaged zip");
}

static void test_the_real_day(void **state)
{
    (void)state;
    static const char path[] = "../shared/data/Daily_2021_07_26.zip";
    if (access(path, R_OK) != 0) {
        printf("skip: %s is not here\n", path);
        skip();
    }
    struct market_file *file;
    struct err err = {0};
    const int64_t start_us = clock_monotonic_us();
    if (market_file_open(path, NULL, &file, &err) != ERR_OK) fail_msg("%s", err.text);
    const int64_t took_us = clock_monotonic_us() - start_us;
    assert_int_equal(market_file_count(file), 449454);
    assert_int_equal(market_file_damaged(file), 0);
    int64_t last_us = 0, mxf = 0, txf = 0;
    struct market_trade trade;
    while (market_file_next(file, &trade)) {
        assert_true(trade.market_us >= last_us);
        last_us = trade.market_us;
        mxf += strcmp(trade.symbol, "MXFH1") == 0;
        txf += strcmp(trade.symbol, "TXFH1") == 0;
    }
    assert_int_equal(mxf, 199567);
    assert_int_equal(txf, 95414);
    market_file_at(file, 0, &trade);
    assert_int_equal(trade.market_us, calendar_taipei_us(20210723, 15 * 3600));
    market_file_close(file);
    /* The bound is loose for sanitizers and busy machines; a plain build takes about 0.15 s. */
    assert_true(took_us < 5 * CLOCK_SECOND_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_daily_file_merges_by_time),
        cmocka_unit_test(test_filter_find_and_move),
        cmocka_unit_test(test_damaged_lines_are_counted_with_their_reasons),
        cmocka_unit_test(test_long_lines_and_many_damaged_ones),
        cmocka_unit_test(test_plain_csv),
        cmocka_unit_test(test_plain_csv_refuses_what_is_wrong),
        cmocka_unit_test(test_what_is_no_market_file),
        cmocka_unit_test(test_zip_gives_its_first_table),
        cmocka_unit_test(test_wrong_files_say_one_line),
        cmocka_unit_test(test_the_real_day),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
