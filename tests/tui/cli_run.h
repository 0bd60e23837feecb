/*
 * cli_run: run the real outcry in a home directory of the test's own, and look at what it said.
 *
 * Owner: the test (run_setup .. run_teardown as cmocka fixtures; run_free after each run). Thread: one.
 */
#ifndef TESTS_TUI_CLI_RUN_H
#define TESTS_TUI_CLI_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/gateway/tempdir.h"

#define RUN_ARGUMENTS 40
#define RUN_TEXT      65536

struct run_place {
    char home[TEMPDIR_SIZE];
    char runtime[TEMPDIR_SIZE + 8];
    char program[4096];
};

struct run {
    int code;
    const char *stdout_to; /* a file or device instead of `out`; NULL = out */
    char out[RUN_TEXT];
    char err[RUN_TEXT];
};

static inline int run_setup(void **state)
{
    struct run_place *place = calloc(1, sizeof(*place));
    char self[2048];
    assert_non_null(place);
    assert_int_equal(tempdir_make(place->home), 0);
    snprintf(place->runtime, sizeof(place->runtime), "%s/run", place->home);
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    assert_true(length > 0);
    self[length] = '\0';
    /* BUILD/tests/tui/test_cli -> BUILD/outcry */
    snprintf(place->program, sizeof(place->program), "%s/outcry", dirname(dirname(dirname(self))));
    *state = place;
    return 0;
}

static inline int run_teardown(void **state)
{
    struct run_place *place = *state;
    assert_int_equal(tempdir_remove(place->home), 0);
    free(place);
    return 0;
}

static inline void run_read(const char *path, char *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t length = read(fd, out, RUN_TEXT - 1);
    assert_true(length >= 0);
    out[length] = '\0';
    close(fd);
}

/* words: the command line, one string with spaces; '~' stands for a space inside a word. input: stdin, NULL = none. */
static inline void run_with(const struct run_place *place, struct run *run, const char *input, const char *words)
{
    char line[2048];
    char *argv[RUN_ARGUMENTS + 8];
    char in_path[128], out_path[128], err_path[128];
    int argc = 0;
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    snprintf(in_path, sizeof(in_path), "%s/.in", place->home);
    snprintf(out_path, sizeof(out_path), "%s/.out", place->home);
    snprintf(err_path, sizeof(err_path), "%s/.err", place->home);
    int fd = open(in_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    if (input != NULL) assert_int_equal(write(fd, input, strlen(input)), (ssize_t)strlen(input));
    close(fd);
    snprintf(line, sizeof(line), "%s", words);
    argv[argc++] = (char *)(uintptr_t)place->program;
    char *rest = NULL;
    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(argc < RUN_ARGUMENTS);
        argv[argc++] = word;
        for (char *p = word; *p != '\0'; p++) *p = *p == '~' ? ' ' : *p;
    }
    argv[argc] = NULL;
    assert_int_equal(setenv("OUTCRY_HOME", place->home, 1), 0);
    assert_int_equal(setenv("OUTCRY_RUNTIME", place->runtime, 1), 0);
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, in_path, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, run->stdout_to != NULL ? run->stdout_to : out_path,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int error = posix_spawn(&child, place->program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) fail_msg("%s: %s (make all builds it)", place->program, strerror(error));
    assert_int_equal(waitpid(child, &status, 0), child);
    run->code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    run->out[0] = '\0';
    if (run->stdout_to == NULL) run_read(out_path, run->out);
    run_read(err_path, run->err);
}

/* Run and expect an exit code; what it said is shown when it is another. */
static inline void run_expect(const struct run_place *place, struct run *run, int code, const char *words)
{
    run_with(place, run, NULL, words);
    if (run->code != code)
        fail_msg("outcry %s: exit %d, expected %d\n%s%s", words, run->code, code, run->out, run->err);
}

static inline void run_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) fail_msg("expected '%s' in:\n%s", part, text);
}

/* stdout as JSON; the caller owns it. */
static inline json_t *run_json(const struct run *run)
{
    json_error_t error;
    json_t *value = json_loads(run->out, JSON_DECODE_ANY, &error);
    if (value == NULL) fail_msg("not JSON: %s\n%s", error.text, run->out);
    return value;
}

/* As run_expect, of a format. A file with one struct run: #define expect(state, ...) run_expectf(state, &run, __VA_ARGS__) */
__attribute__((format(printf, 4, 5))) static inline void run_expectf(void **state, struct run *run, int code,
                                                                     const char *format, ...)
{
    char words[512];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    run_expect(*state, run, code, words);
}

static inline int64_t number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static inline const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

/* The process of a component that runs. */
static inline pid_t run_pid(const struct run_place *place, struct run *run, const char *component)
{
    pid_t pid = 0;
    run_expect(place, run, 0, "status --json");
    json_t *status = run_json(run);
    const json_t *processes = json_object_get(status, "processes");
    for (size_t i = 0; i < json_array_size(processes); i++) {
        const json_t *process = json_array_get(processes, i);
        if (strcmp(text_of(process, "component"), component) == 0) pid = (pid_t)number_of(process, "pid");
    }
    json_decref(status);
    assert_true(pid > 0);
    return pid;
}

#endif
