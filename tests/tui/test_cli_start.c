/* Starting badly: each says in one line what is wrong, and leaves nothing running behind. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/tui/cli_run.h"
#include "tui/cli/cli.h"

static struct run run;

static int stop_teardown(void **state)
{
    run_with(*state, &run, NULL, "stop"); /* after a failed test too: nothing may be left running */
    return run_teardown(state);
}

static bool copy_file(const char *from, const char *to)
{
    char block[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    ssize_t length = in < 0 || out < 0 ? -1 : read(in, block, sizeof(block));
    while (length > 0 && write(out, block, (size_t)length) == length) length = read(in, block, sizeof(block));
    close(in);
    close(out);
    return length == 0;
}

static void refused(void **state, int code, const char *words, const char *says)
{
    run_expect(*state, &run, code, words);
    run_says(run.err, says);
    assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1); /* one line */
    run_expect(*state, &run, CLI_NOT_RUNNING, "status");
}

static void what_cannot_work_is_not_started(void **state)
{
    const struct run_place *place = *state;
    char words[256];
    char file[128];
    refused(state, CLI_FAILED, "start --seek 10:00", "market.seek: the synthetic market has no other time");
    refused(state, CLI_FAILED, "start --replay /nowhere/day.zip", "market.file: /nowhere/day.zip: No such file");
    refused(state, CLI_FAILED, "start --market replay", "market.file: a replay needs a file");
    refused(state, CLI_FAILED, "start --adapter moon", "gateway: venue.adapter: 'moon': no such adapter");
    refused(state, CLI_FAILED, "start --transport tcp --zmq-host not~a~host", "tcp://not a host");
    refused(state, CLI_USAGE, "start --auto-login aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(allowed 23)");
    snprintf(file, sizeof(file), "%s/day.csv", place->home);
    FILE *csv = fopen(file, "w");
    assert_non_null(csv);
    fputs("datetime,symbol,price,quantity\n2021-07-26 09:00:00,TXFH1,17400,1\n", csv);
    fclose(csv);
    snprintf(words, sizeof(words), "start --replay %s --seek 25:00", file);
    refused(state, CLI_FAILED, words, "exchange: market.seek: '25:00' is no time of day");
    snprintf(words, sizeof(words), "start --replay %s", place->home);
    refused(state, CLI_FAILED, words, "exchange: ");
    csv = fopen(file, "w");
    assert_non_null(csv);
    fputs("\xff\xfe nothing of the kind\n", csv);
    fclose(csv);
    snprintf(words, sizeof(words), "start --replay %s", file);
    refused(state, CLI_FAILED, words, "exchange: ");
}

/* What is damaged is said and left as it is; so is what is in a database's place and is none. */
static void a_database_that_cannot_be_used_is_named(void **state)
{
    const struct run_place *place = *state;
    static const char *const files[] = {"gateway.db", "conditions.db", "orders.db", "exchange.db", "ticks.db"};
    static const char rubbish[] = "this is no database, and long enough to be looked at as if it could be one, in vain";
    char path[128];
    char kept[sizeof(rubbish)] = "";
    char says[256];
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", place->home, files[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(rubbish, file);
        fclose(file);
        snprintf(says, sizeof(says), "is damaged (file is not a database): move %s away", path);
        refused(state, CLI_FAILED, "start", says);
        file = fopen(path, "r");
        assert_non_null(file);
        assert_non_null(fgets(kept, sizeof(kept), file));
        fclose(file);
        assert_string_equal(kept, rubbish);
        assert_int_equal(unlink(path), 0);
    }
    snprintf(path, sizeof(path), "%s/orders.db", place->home);
    (void)unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    refused(state, CLI_FAILED, "start", "executor: cannot open ");
    run_expect(*state, &run, CLI_FAILED, "orders");
    assert_null(strstr(run.err, "no orders")); /* what could not be read is not empty */
    assert_int_equal(rmdir(path), 0);
}

/* A listening socket of ours on a port of the system's choosing. */
static int take_port(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void a_taken_port_is_named(void **state)
{
    static const char *const flags[] = {"--tick-port", "--signal-port", "--gateway-port"};
    static const char *const who[] = {"gateway: gateway-pub", "executor: executor-signals", "gateway: gateway-orders"};
    for (int i = 0; i < 3; i++) {
        char words[256] = "start --transport tcp";
        int taken[3];
        int port = 0;
        for (int p = 0; p < 3; p++) {
            size_t length = strlen(words);
            taken[p] = take_port(&port);
            snprintf(words + length, sizeof(words) - length, " %s %d", flags[p], port);
        }
        for (int p = 0; p < 3; p++)
            if (p != i) close(taken[p]);
        refused(state, CLI_FAILED, words, who[i]);
        run_with(*state, &run, NULL, words);
        run_says(run.err, "is taken by another program");
        close(taken[i]);
    }
}

static void who_is_not_let_in_is_said(void **state)
{
    run_expect(*state, &run, CLI_FAILED, "start --auto-login mallory");
    run_says(run.err, "started, but 'mallory' is not logged in: wrong user or password");
    run_expect(*state, &run, CLI_OK, "stop");
}

/* Flags to what runs already would be forgotten in silence. */
static void flags_that_come_too_late_are_refused(void **state)
{
    run_expect(*state, &run, CLI_OK, "start");
    run_expect(*state, &run, CLI_OK, "start --speed 1 --theme mono");
    run_expect(*state, &run, CLI_FAILED, "start --speed 60");
    run_says(run.err, "it runs already, where market.speed is '1', not '60'");
    run_expect(*state, &run, CLI_OK, "stop gateway");
    run_expect(*state, &run, CLI_OK, "set link.transport tcp");
    int port = 0;
    char words[64];
    int taken = take_port(&port);
    snprintf(words, sizeof(words), "set link.tick_port %d", port);
    run_expect(*state, &run, CLI_OK, words);
    run_expect(*state, &run, CLI_FAILED, "start gateway"); /* "started" would be a lie */
    run_says(run.err, "is taken by another program");
    close(taken);
    run_expect(*state, &run, CLI_OK, "set link.transport ipc");
    run_expect(*state, &run, CLI_OK, "start gateway");
    run_expect(*state, &run, CLI_OK, "stop");
}

/* Several at once: one of them starts it, and all have what they wanted. */
static void starts_at_once_are_one(void **state)
{
    const struct run_place *place = *state;
    enum { STARTS = 6 };
    pid_t children[STARTS];
    assert_int_equal(setenv("OUTCRY_HOME", place->home, 1), 0);
    assert_int_equal(setenv("OUTCRY_RUNTIME", place->runtime, 1), 0);
    for (int i = 0; i < STARTS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            execl(place->program, "outcry", "start", "--json", (char *)NULL);
            _exit(127);
        }
    }
    for (int i = 0; i < STARTS; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    run_expect(place, &run, CLI_OK, "status");
    run_expect(place, &run, CLI_OK, "stop");
}

/* Programs that are not there, one by one, in a directory of their own. */
static void a_missing_program_is_named(void **state)
{
    struct run_place place = *(struct run_place *)*state;
    static const char *const programs[] = {"outcry",          "outcryd",         "outcry-exchange",
                                           "outcry-executor", "outcry-strategy", "outcry-gateway"};
    char directory[160], built[2048], path[192], away[200], says[96], target[2100];
    void *there = &place;
    snprintf(built, sizeof(built), "%.2000s", place.program);
    *strrchr(built, '/') = '\0';
    snprintf(directory, sizeof(directory), "%s/bin", place.home);
    assert_int_equal(mkdir(directory, 0700), 0);
    snprintf(place.program, sizeof(place.program), "%s/outcry", directory);
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, programs[i]);
        snprintf(target, sizeof(target), "%s/%s", built, programs[i]);
        assert_true(link(target, path) == 0 || copy_file(target, path));
    }
    char *paths = strdup(getenv("PATH"));
    assert_int_equal(setenv("PATH", directory, 1), 0); /* none that is installed */
    for (size_t i = 1; i < sizeof(programs) / sizeof(programs[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, programs[i]);
        snprintf(away, sizeof(away), "%s.away", path);
        assert_int_equal(rename(path, away), 0);
        snprintf(says, sizeof(says), "the program %s is not there", programs[i]);
        refused(&there, CLI_FAILED, "start", says);
        assert_int_equal(rename(away, path), 0);
    }
    run_expect(&place, &run, CLI_OK, "start"); /* all there */
    run_expect(&place, &run, CLI_OK, "stop");
    assert_int_equal(setenv("PATH", paths, 1), 0);
    free(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_cannot_work_is_not_started, run_setup, stop_teardown),
        cmocka_unit_test_setup_teardown(a_database_that_cannot_be_used_is_named, run_setup, stop_teardown),
        cmocka_unit_test_setup_teardown(starts_at_once_are_one, run_setup, stop_teardown),
        cmocka_unit_test_setup_teardown(a_missing_program_is_named, run_setup, stop_teardown),
        cmocka_unit_test_setup_teardown(a_taken_port_is_named, run_setup, stop_teardown),
        cmocka_unit_test_setup_teardown(who_is_not_let_in_is_said, run_setup, stop_teardown),
        cmocka_unit_test_setup_teardown(flags_that_come_too_late_are_refused, run_setup, stop_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
