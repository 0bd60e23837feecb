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
#include "tests/torture/scene.h"

#define SHIM "tests/torture/shim_clock.so"

static char clock_file[] = "/tmp/outcry-test-clock-XXXXXX";
static volatile int64_t *offset_us;

/* A condition made after this one has seen ticks: the strategy hears the feed, and does not only say so. */
static int64_t mark;

static bool acts_on_ticks(struct torture *t)
{
    stream_step(t, torture_now());
    for (int64_t id = mark + 1; id <= t->last_condition; id++)
        if (t->condition_state[id] >= CONDITION_TRIGGERED && t->condition_state[id] <= CONDITION_CLOSED) return true;
    return false;
}

static bool halted(struct torture *t)
{
    return t->guard.mode == GUARD_HALTED && strstr(t->guard.reason, "clock jumped") != NULL;
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
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    *state = NULL;
    printf("skip: a sanitizer wants to be the first library\n");
    return 0;
#endif
    int fd = mkstemp(clock_file);
    if (fd < 0 || ftruncate(fd, sizeof *offset_us) != 0) return -1;
    offset_us = mmap(NULL, sizeof *offset_us, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    CHECK(offset_us != MAP_FAILED);
    shim_path(shim, sizeof shim);
    setenv("OUTCRY_TEST_CLOCK", clock_file, 1);
    setenv("LD_PRELOAD", shim, 1);
    int code = scene_open(state, 9);
    unsetenv("LD_PRELOAD");
    return code;
}

static int stop(void **state)
{
    if (*state == NULL) return 0;
    unlink(clock_file);
    return scene_close(state);
}

static void jump_by(struct torture *t, int64_t jump_us)
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
    t->since_us = torture_now() + t->ahead_us;
    if (!scene_wait(t, halted)) fail_msg("not halted: %s", t->guard.reason);
    assert_true(scene_wait(t, scene_healthy));
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        bool stays = c == COMPONENT_EXCHANGE || c == COMPONENT_SUPERVISOR;
        if ((world_pid(t, (enum component)c) == pids[c]) != stays) {
            fail_msg("%s: pid %lld was %lld", component_name((enum component)c),
                     (long long)world_pid(t, (enum component)c), (long long)pids[c]);
        }
    }
    world_control(t, COMPONENT_GATEWAY, CONTROL_RESUME, "looked");
    assert_true(scene_wait(t, scene_active));
    assert_true(scene_whole_again(t));
    mark = t->last_condition;
    assert_true(scene_wait(t, acts_on_ticks));
}

static void test_forwards(void **state)
{
    struct torture *t = *state;
    if (t == NULL) skip();
    jump_by(t, 90 * CLOCK_SECOND_US);
}

static void test_back(void **state)
{
    struct torture *t = *state;
    if (t == NULL) skip();
    jump_by(t, -3600 * CLOCK_SECOND_US);
}

/* outcryd's own waiting must not last an hour now: what dies is there again at once. */
static void test_restarts_after_going_back(void **state)
{
    struct torture *t = *state;
    if (t == NULL) skip();
    world_signal(t, COMPONENT_EXECUTOR, SIGKILL);
    assert_true(scene_wait(t, scene_healthy));
    assert_true(scene_whole_again(t));
}

static void test_the_books_agree(void **state)
{
    struct torture *t = *state;
    if (t == NULL) skip();
    assert_true(scene_wait(t, scene_ended));
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
