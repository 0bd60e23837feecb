/*
 * The clock of the running system is set, forwards and back: the gateway halts, the three that trade start anew, outcryd
 * and the exchange go on, and after RESUME orders go through again.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/check.h"
#include "tests/torture/torture.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)
#define SHIM        "tests/torture/shim_clock.so"

static struct torture *t;
static char clock_file[] = "/tmp/outcry-test-clock-XXXXXX";
static volatile int64_t *offset_us;

static bool wait_for(bool (*is_so)(void))
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (!is_so() && clock_monotonic_us() < until_us) {
        world_pump(t, 10 * CLOCK_MS_US);
        world_ask_status(t);
    }
    return is_so();
}

static bool healthy(void)
{
    return world_healthy(t, 0);
}

static bool probed(void)
{
    return healthy() && probe_done(t, torture_now());
}

static bool trades(void)
{
    stream_step(t, torture_now());
    return t->active > 0;
}

static bool ended(void)
{
    stream_wind_down(t, torture_now());
    return t->active == 0 && stream_working(t) == 0;
}

/* A condition made after this one has seen ticks: the strategy hears the feed, and does not only say so. */
static int64_t mark;

static bool acts_on_ticks(void)
{
    stream_step(t, torture_now());
    for (int64_t id = mark + 1; id <= t->last_condition; id++)
        if (t->condition_state[id] >= CONDITION_TRIGGERED && t->condition_state[id] <= CONDITION_CLOSED) return true;
    return false;
}

static bool halted(void)
{
    return t->guard.mode == GUARD_HALTED && strstr(t->guard.reason, "clock jumped") != NULL;
}

static bool active(void)
{
    return t->guard.mode == GUARD_ACTIVE;
}

/* $BUILD of this program. */
static void shim_path(char *path, size_t size)
{
    char self[2048];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    for (int i = 0; i < 3 && strrchr(self, '/') != NULL; i++) *strrchr(self, '/') = '\0';
    snprintf(path, size, "%.1500s/%s", self, SHIM);
}

static int start(void **state)
{
    char shim[2048];
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    printf("skip: a sanitizer wants to be the first library\n");
    return 0;
#endif
    int fd = mkstemp(clock_file);
    if (fd < 0 || ftruncate(fd, sizeof *offset_us) != 0) return -1;
    offset_us = mmap(NULL, sizeof *offset_us, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    t = calloc(1, sizeof *t);
    CHECK(t != NULL && offset_us != MAP_FAILED);
    t->options = (struct torture_options){.seed = 9, .kills = 1, .speed = 60};
    t->out = stdout;
    t->first_active = 1;
    rng_seed(&t->rng, t->options.seed);
    shim_path(shim, sizeof shim);
    setenv("OUTCRY_TEST_CLOCK", clock_file, 1);
    setenv("LD_PRELOAD", shim, 1);
    bool opened = world_open(t);
    unsetenv("LD_PRELOAD");
    return opened && wait_for(healthy) && wait_for(trades) && wait_for(probed) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    if (t != NULL) {
        world_stop(t);
        world_close(t);
        free(t);
        unlink(clock_file);
    }
    return 0;
}

static void jump_by(int64_t jump_us)
{
    int64_t pids[COMPONENT_COUNT + 1];
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        pids[c] = world_pid(t, (enum component)c);
        assert_true(pids[c] > 0);
        /* Heartbeats are stamped by the clock that moves: forget the last ones. */
        memset(&t->heard[c], 0, sizeof t->heard[c]);
    }
    for (int c = COMPONENT_GATEWAY; c <= COMPONENT_EXECUTOR; c++) t->heard[c].dead_pid = pids[c];
    memset(&t->guard, 0, sizeof t->guard);
    *offset_us += jump_us;
    t->ahead_us = *offset_us;
    if (!wait_for(halted)) fail_msg("not halted: %s", t->guard.reason);
    assert_true(wait_for(healthy));
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        bool stays = c == COMPONENT_EXCHANGE || c == COMPONENT_SUPERVISOR;
        if ((world_pid(t, (enum component)c) == pids[c]) != stays) {
            fail_msg("%s: pid %lld was %lld", component_name((enum component)c),
                     (long long)world_pid(t, (enum component)c), (long long)pids[c]);
        }
    }
    world_control(t, COMPONENT_GATEWAY, CONTROL_RESUME, "looked");
    assert_true(wait_for(active));
    probe_begin(t);
    assert_true(wait_for(probed));
    mark = t->last_condition;
    assert_true(wait_for(acts_on_ticks));
}

static void test_forwards(void **state)
{
    (void)state;
    if (t == NULL) skip();
    jump_by(90 * CLOCK_SECOND_US);
}

static void test_back(void **state)
{
    (void)state;
    if (t == NULL) skip();
    jump_by(-3600 * CLOCK_SECOND_US);
}

/* outcryd's own waiting must not last an hour now: what dies is there again at once. */
static void test_restarts_after_going_back(void **state)
{
    (void)state;
    if (t == NULL) skip();
    world_signal(t, COMPONENT_EXECUTOR, SIGKILL);
    assert_true(wait_for(healthy));
    probe_begin(t);
    assert_true(wait_for(probed));
}

static void test_the_books_agree(void **state)
{
    (void)state;
    if (t == NULL) skip();
    assert_true(wait_for(ended));
    assert_true(world_stop(t));
    assert_true(books_check(t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forwards),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_restarts_after_going_back),
        cmocka_unit_test(test_the_books_agree),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
