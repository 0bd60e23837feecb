/*
 * Settings and where they come from: default < outcry.ini < environment < flag, each refusal in words, directories and
 * locks.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/price.h"
#include "gateway/config.h"
#include "gateway/lock.h"
#include "gateway/paths.h"
#include "tests/gateway/tempdir.h"

static char home[TEMPDIR_SIZE];

static int make_home(void **state)
{
    (void)state;
    return tempdir_make(home);
}

static int remove_home(void **state)
{
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) unsetenv(setting_row((enum setting_id)id)->environment);
    return tempdir_remove(home);
}

static void write_ini(const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/outcry.ini", home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Flags as one string of words; --home is put in front. */
static enum status load(struct settings *settings, const char *words, struct err *err, int *left)
{
    static char copy[512];
    char *argv[32] = {"outcry", "--home", home};
    int argc = 3;
    char *save = NULL;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) argv[argc++] = word;
    argv[argc] = NULL;
    enum status status = config_load(settings, &argc, argv, err);
    if (left != NULL) *left = argc;
    return status;
}

static void keep(const char *value, const char *wanted)
{
    char path[128], text[512] = "";
    struct err err;
    snprintf(path, sizeof path, "%s/outcry.ini", home);
    if (config_keep(path, setting_row(SET_THEME), value, &err) != ERR_OK) fail_msg("%s", err.text);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, wanted);
}

static void test_a_value_is_kept_and_nothing_else_touched(void **state)
{
    (void)state;
    struct err err;
    char path[128];
    keep("light", "[screen]\ntheme = light\n"); /* no file yet */
    keep("mono", "[screen]\ntheme = mono\n");
    write_ini("; mine\n[screen]\nascii = yes\n[market]\nspeed = 60");
    keep("light", "; mine\n[screen]\ntheme = light\nascii = yes\n[market]\nspeed = 60\n");
    write_ini("[market]\nspeed = 60");
    keep("light", "[market]\nspeed = 60\n[screen]\ntheme = light\n");
    write_ini("[market]\nspeed = fast\n");
    snprintf(path, sizeof path, "%s/outcry.ini", home);
    assert_int_equal(config_keep(path, setting_row(SET_THEME), "light", &err), ERR_INVALID);
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    assert_int_equal(load(&s, "", &err, NULL), ERR_OK);
    assert_int_equal(settings_number(&s, SET_MARKET_SPEED), 1);
    assert_string_equal(settings_text(&s, SET_MARKET_SOURCE), "synthetic");
    assert_int_equal(settings_number(&s, SET_TICK_PORT), 5555);
    assert_int_equal(settings_number(&s, SET_SIGNAL_PORT), 5556);
    assert_int_equal(settings_number(&s, SET_GATEWAY_PORT), 5557);
    assert_int_equal(settings_number(&s, SET_REQUEST_TIMEOUT), 5000);
    assert_int_equal(settings_number(&s, SET_RETRY_COUNT), 3);
    assert_int_equal(s.values[SET_MARKET_SPEED].source, SOURCE_DEFAULT);
}

static void test_order_of_sources(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    write_ini("; mine\n[market]\nspeed = 2\n seed = 7 ; indented is not glued to the line before\n[link]\n"
              "tick_port = 6001\nsignal_port=6002\n");
    setenv("ZMQ_TICK_PORT", "7001", 1);
    setenv("ZMQ_SIGNAL_PORT", "7002", 1);
    assert_int_equal(load(&s, "--signal-port 8002", &err, NULL), ERR_OK);
    assert_int_equal(settings_number(&s, SET_MARKET_SPEED), 2);
    assert_int_equal(settings_number(&s, SET_MARKET_SEED), 7);
    assert_int_equal(s.values[SET_MARKET_SPEED].source, SOURCE_FILE);
    assert_int_equal(settings_number(&s, SET_TICK_PORT), 7001);
    assert_int_equal(s.values[SET_TICK_PORT].source, SOURCE_ENVIRONMENT);
    assert_int_equal(settings_number(&s, SET_SIGNAL_PORT), 8002);
    assert_int_equal(s.values[SET_SIGNAL_PORT].source, SOURCE_FLAG);
}

static void test_flags_are_taken_out(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    int left = 0;
    assert_int_equal(load(&s, "orders --ascii --speed=60 --json --theme mono -- --speed 3", &err, &left), ERR_OK);
    assert_int_equal(left, 6); /* outcry orders --json -- --speed 3 */
    assert_int_equal(settings_number(&s, SET_MARKET_SPEED), 60);
    assert_int_equal(settings_number(&s, SET_ASCII), 1);
    assert_string_equal(settings_text(&s, SET_THEME), "mono");
}

static void test_replay_flag_chooses_replay(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    char cwd[256];
    char wanted[300];
    assert_non_null(getcwd(cwd, sizeof cwd));
    snprintf(wanted, sizeof wanted, "%s/day.zip", cwd);
    assert_int_equal(load(&s, "--replay day.zip", &err, NULL), ERR_OK);
    assert_string_equal(settings_text(&s, SET_MARKET_SOURCE), "replay");
    assert_string_equal(settings_text(&s, SET_MARKET_FILE), wanted);
    /* A file in outcry.ini is only where it is; and it is seen from there. */
    write_ini("[market]\nfile = day.zip\n");
    assert_int_equal(load(&s, "", &err, NULL), ERR_OK);
    assert_string_equal(settings_text(&s, SET_MARKET_SOURCE), "synthetic");
    snprintf(wanted, sizeof wanted, "%s/day.zip", home);
    assert_string_equal(settings_text(&s, SET_MARKET_FILE), wanted);
}

/* One wrong thing each; the words name where, what, and what is allowed. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *ini, *variable, *value, *flags, *says;
    } wrong[] = {
        {"[market]\nspeed = fast\n", NULL, NULL, "",
         "outcry.ini:2: market.speed: 'fast' is not a whole number (allowed 0"},
        {"[market]\n\nspeed = -1\n", NULL, NULL, "",
         "outcry.ini:3: market.speed: -1 is out of range (allowed 0 to 100000)"},
        {"[market]\nsped = 1\n", NULL, NULL, "", "outcry.ini:2: market.sped: no such setting"},
        {"[market]\nspeed\n", NULL, NULL, "", "outcry.ini:2: not a line of"},
        {"[home]\ndirectory = /x\n", NULL, NULL, "", "outcry.ini:2: home.directory: this file is in"},
        {"[market]\nsource = real\n", NULL, NULL, "", "'real' is not one of synthetic|replay"},
        {"[store]\nrecord_ticks = maybe\n", NULL, NULL, "", "'maybe' is neither yes nor no"},
        {"[account]\ncommission = NaN\n", NULL, NULL, "", "'NaN' is not an amount of NT$"},
        {"[account]\ncommission = -5\n", NULL, NULL, "", "-5 is out of range"},
        {"", "ZMQ_TICK_PORT", "0", "", "environment variable ZMQ_TICK_PORT: link.tick_port: 0 is out of range"},
        {"", "DLL_GATEWAY_REQUEST_TIMEOUT_MS", "soon", "", "environment variable DLL_GATEWAY_REQUEST_TIMEOUT_MS"},
        {"", NULL, NULL, "--speed 1e3", "--speed: market.speed: '1e3' is not a whole number"},
        {"", NULL, NULL, "--speed", "--speed: a value is missing"},
        {"[screen]\ntheme = \xff\xfe\n", NULL, NULL, "", "outcry.ini:2: screen.theme: not valid UTF-8"},
        {"", NULL, NULL, "--seed 99999999999999999999", "--seed: market.seed: 99999999999999999999 is out of range"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct settings s;
        struct err err = {0};
        write_ini(wrong[i].ini);
        if (wrong[i].variable != NULL) setenv(wrong[i].variable, wrong[i].value, 1);
        assert_int_not_equal(load(&s, wrong[i].flags, &err, NULL), ERR_OK);
        if (strstr(err.text, wrong[i].says) == NULL)
            fail_msg("case %zu says '%s', not '%s'", i, err.text, wrong[i].says);
        if (wrong[i].variable != NULL) unsetenv(wrong[i].variable);
    }
}

static void test_a_bad_file_changes_nothing(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    char path[128];
    settings_defaults(&s);
    write_ini("[market]\nspeed = 9\nseed = x\n");
    snprintf(path, sizeof path, "%s/outcry.ini", home);
    assert_int_equal(config_read_file(&s, path, &err), ERR_INVALID);
    assert_int_equal(settings_number(&s, SET_MARKET_SPEED), 1);
}

static void test_long_line(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    char text[1200] = "[market]\nfile = /";
    size_t at = strlen(text);
    memset(text + at, 'a', 230);
    memcpy(text + at + 230, "\n", 2);
    write_ini(text);
    assert_int_equal(load(&s, "", &err, NULL), ERR_OK); /* 200 bytes is inih's own limit */
    assert_int_equal(strlen(settings_text(&s, SET_MARKET_FILE)), 231);
    memset(text + at, 'a', 900);
    memcpy(text + at + 900, "\n", 2);
    write_ini(text);
    assert_int_not_equal(load(&s, "", &err, NULL), ERR_OK);
    assert_non_null(strstr(err.text, "outcry.ini:2: line too long"));
}

/* A pipe would be waited for, a device read for ever. */
static void test_only_a_plain_file(void **state)
{
    (void)state;
    struct settings s;
    struct err err;
    char path[128];
    snprintf(path, sizeof path, "%s/outcry.ini", home);
    settings_defaults(&s);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(config_read_file(&s, path, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "outcry.ini: is not a plain file"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/zero", path), 0);
    assert_int_equal(config_read_file(&s, path, &err), ERR_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(config_read_file(&s, path, &err), ERR_INVALID);
    assert_int_equal(rmdir(path), 0);
    write_ini("");
    assert_int_equal(truncate(path, 5000000), 0);
    assert_int_equal(config_read_file(&s, path, &err), ERR_RANGE);
}

/* What one process was told, another one started with config_to_flags sees, whatever the order of the flags. */
static void test_flags_round_trip(void **state)
{
    (void)state;
    struct settings s;
    struct settings again;
    struct err err;
    char *argv[SETTING_COUNT + 2] = {"outcryd"};
    write_ini("[market]\nfile = /data/day.zip\nsource = synthetic\nspeed = 5\n[account]\ncommission = 12.5\n");
    assert_int_equal(load(&s, "--ascii --auto-login=", &err, NULL), ERR_OK);
    int argc = 1 + (int)config_to_flags(&s, argv + 1, SETTING_COUNT);
    char *kept[SETTING_COUNT + 2];
    memcpy(kept, argv, sizeof kept);
    write_ini("");
    assert_int_equal(config_load(&again, &argc, argv, &err), ERR_OK);
    assert_int_equal(argc, 1);
    for (int id = 0; id < SETTING_COUNT; id++)
        assert_string_equal(settings_text(&again, (enum setting_id)id), settings_text(&s, (enum setting_id)id));
    assert_int_equal(settings_number(&again, SET_COMMISSION), 125 * PRICE_SCALE / 10);
    for (int i = 1; kept[i] != NULL; i++) free(kept[i]);
}

static void test_every_row_is_complete(void **state)
{
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting *row = setting_row((enum setting_id)id);
        assert_int_equal(row->id, id);
        assert_ptr_equal(setting_by_key(row->key), row);
        assert_ptr_equal(setting_by_flag(row->flag), row);
        assert_non_null(strchr(row->key, '.'));
        assert_true(strncmp(row->flag, "--", 2) == 0);
        assert_true(strlen(row->environment) > 0 && strlen(row->meaning) > 10);
        assert_non_null(row->unit);
    }
}

static void test_paths(void **state)
{
    (void)state;
    struct settings s;
    struct paths paths;
    struct err err;
    struct stat st;
    char runtime[96];
    char flag[128];
    snprintf(runtime, sizeof runtime, "%s/run/sub", home);
    snprintf(flag, sizeof flag, "--runtime %s", runtime);
    assert_int_equal(load(&s, flag, &err, NULL), ERR_OK);
    assert_int_equal(paths_resolve(&paths, &s, &err), ERR_OK);
    assert_string_equal(paths.home, home);
    assert_int_equal(paths_prepare(&paths, &err), ERR_OK);
    assert_int_equal(stat(runtime, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    /* Open to others, a link, too long for a socket's address: refused, and not repaired. */
    chmod(runtime, 0755);
    assert_int_equal(paths_prepare(&paths, &err), ERR_DENIED);
    assert_non_null(strstr(err.text, "must be a directory of yours with mode 0700"));
    assert_int_equal(stat(runtime, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    rmdir(runtime);
    assert_int_equal(symlink("/tmp", runtime), 0);
    assert_int_equal(paths_prepare(&paths, &err), ERR_DENIED);
    unlink(runtime);
    snprintf(flag, sizeof flag, "--runtime /tmp/%090d", 1);
    assert_int_equal(load(&s, flag, &err, NULL), ERR_OK);
    assert_int_equal(paths_resolve(&paths, &s, &err), ERR_RANGE);
    assert_non_null(strstr(err.text, "home.runtime"));
}

static void test_default_paths(void **state)
{
    (void)state;
    struct settings s;
    struct paths paths;
    struct err err;
    char expected[64];
    settings_defaults(&s);
    setenv("XDG_DATA_HOME", "/data", 1);
    setenv("XDG_RUNTIME_DIR", "/run/me", 1);
    assert_int_equal(paths_resolve(&paths, &s, &err), ERR_OK);
    assert_string_equal(paths.home, "/data/outcry");
    assert_string_equal(paths.runtime, "/run/me/outcry");
    unsetenv("XDG_DATA_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    setenv("HOME", "/home/me", 1);
    assert_int_equal(paths_resolve(&paths, &s, &err), ERR_OK);
    assert_string_equal(paths.home, "/home/me/.local/share/outcry");
    snprintf(expected, sizeof expected, "/tmp/outcry-%lu", (unsigned long)getuid());
    assert_string_equal(paths.runtime, expected);
}

/* A lock is one process's, can be asked about without being disturbed, and goes with its process. */
static void test_lock(void **state)
{
    (void)state;
    struct lock mine;
    struct lock other;
    struct err err;
    int64_t pid = 0;
    int ready[2];
    int go[2];
    assert_false(lock_held(home, "gateway", NULL));
    assert_int_equal(lock_take(&mine, home, "gateway", &err), ERR_OK);
    assert_true(lock_held(home, "gateway", &pid));
    assert_int_equal(pid, getpid());
    assert_int_equal(lock_take(&other, home, "gateway", &err), ERR_BUSY);
    assert_non_null(strstr(err.text, "gateway runs already (pid "));
    lock_release(&mine);
    assert_false(lock_held(home, "gateway", NULL));

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte = lock_take(&mine, home, "strategy", NULL) == ERR_OK ? 'y' : 'n';
        (void)!write(ready[1], &byte, 1);
        (void)!read(go[0], &byte, 1);
        _exit(0);
    }
    char byte = 'n';
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_true(lock_held(home, "strategy", &pid));
    assert_int_equal(pid, child);
    kill(child, 9);
    waitpid(child, NULL, 0);
    assert_false(lock_held(home, "strategy", NULL));
    assert_int_equal(lock_take(&mine, home, "strategy", &err), ERR_OK);
    lock_release(&mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_value_is_kept_and_nothing_else_touched, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_defaults, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_order_of_sources, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_flags_are_taken_out, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_replay_flag_chooses_replay, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_refusals, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_a_bad_file_changes_nothing, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_long_line, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_only_a_plain_file, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_flags_round_trip, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_every_row_is_complete, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_paths, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_default_paths, make_home, remove_home),
        cmocka_unit_test_setup_teardown(test_lock, make_home, remove_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
