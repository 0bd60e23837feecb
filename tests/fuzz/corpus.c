/* corpus: the inputs that the fuzzers have found worth keeping, past crashes among them, through the same targets in
 * every `make test`: no clang and no luck is needed for them to stay mended. Each is also cut at many places. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/check.h"

#define INPUT_MAX (1 << 20)
#define CUTS      64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char current[600]; /* what a failed CHECK was about */

static void say_which(void)
{
    static const char words[] = "input: ";
    (void)!write(STDERR_FILENO, words, sizeof words - 1);
    (void)!write(STDERR_FILENO, current, strlen(current));
    (void)!write(STDERR_FILENO, "\n", 1);
}

/* A buffer of exactly its size, so that a sanitizer sees one byte too far. */
static void give(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void run_file(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_true(size < sizeof bytes);
    (void)fclose(file);
    give(bytes, size);
    for (size_t i = 1; i < CUTS; i++) {
        const size_t cut = size * i / CUTS;
        (void)snprintf(current, sizeof current, "the first %zu bytes of %.500s", cut, path);
        give(bytes, cut);
    }
}

/* build/tests/fuzz/corpus_wire -> tests/fuzz/corpus/wire */
static void folder_of_this(char *folder, size_t size)
{
    char self[512];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    const char *name = strrchr(self, '/');
    assert_non_null(name);
    assert_int_equal(strncmp(name, "/corpus_", 8), 0);
    (void)snprintf(folder, size, "tests/fuzz/corpus/%s", name + 8);
}

static void test_corpus(void **state)
{
    char folder[128];
    int files = 0;
    (void)state;
    folder_of_this(folder, sizeof folder);
    DIR *directory = opendir(folder);
    if (directory == NULL) fail_msg("%s is not here", folder);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(current, sizeof current, "%s/%s", folder, entry->d_name);
        char path[sizeof current];
        memcpy(path, current, sizeof path);
        run_file(path);
        files++;
    }
    (void)closedir(directory);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};
    check_set_hook(say_which);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
