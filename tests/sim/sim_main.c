/* sim_main: seeds by the thousand, on as many processes as there are processors; then the controls.
 *   sim SEEDS            seeds 1 .. SEEDS, and the controls
 *   sim FIRST-LAST       these, without the controls
 *   sim -s SEED          one seed, told in detail
 *   sim -j N             on N processes (default: the number of processors) */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/clock.h"
#include "tests/sim/sim.h"

#define CONTROL_SEEDS 300
#define JOBS_MAX      64

static int one_seed(uint64_t seed, enum sabotage sabotage)
{
    struct sim_totals totals = {0};
    const struct sim_result result = sim_run(seed, sabotage, true, &totals);
    printf("seed %" PRIu64 ": %s\n", seed, result.good ? "good" : result.failure);
    return result.good ? 0 : 1;
}

static uint64_t seed_now;

static void say_seed(void)
{
    printf("seed %" PRIu64 ": a check failed, see below\n  again: build/tests/sim/sim -s %" PRIu64 "\n", seed_now,
           seed_now);
    fflush(stdout);
}

/* Every jobs-th seed from first + job on; stops at the first violation. */
static int work(uint64_t first, uint64_t last, uint64_t job, uint64_t jobs, int out)
{
    struct sim_totals totals = {0};
    int code = 0;
    check_set_hook(say_seed);
    for (uint64_t seed = first + job; seed <= last && code == 0; seed += jobs) {
        seed_now = seed;
        const struct sim_result result = sim_run(seed, SABOTAGE_NONE, false, &totals);
        if (result.good) continue;
        printf("seed %" PRIu64 ": %s (at %.3f s)\n  again: build/tests/sim/sim -s %" PRIu64 "\n", seed, result.failure,
               (double)result.at_us / 1e6, seed);
        fflush(stdout);
        code = 1;
    }
    if (write(out, &totals, sizeof totals) != (ssize_t)sizeof totals) code = 1;
    return code;
}

static void add(struct sim_totals *sum, const struct sim_totals *part)
{
    const uint64_t *from = (const uint64_t *)part;
    uint64_t *to = (uint64_t *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof(uint64_t); i++) to[i] += from[i];
}

static void print_totals(const struct sim_totals *t, int64_t took_us)
{
    printf("%" PRIu64 " seeds in %.1f s (%.0f a second): %" PRIu64 " signals, %" PRIu64 " orders at the venue, %" PRIu64
           " fills, %" PRIu64 " conditions closed\n",
           t->seeds, (double)took_us / 1e6, (double)t->seeds * 1e6 / (double)took_us, t->signals, t->orders, t->fills,
           t->closed);
    printf("%" PRIu64 " processes killed, %" PRIu64 " commits failed, %" PRIu64 " power cuts, %" PRIu64
           " stops, %" PRIu64 " broken lines, %" PRIu64 " messages lost, %" PRIu64 " repeated\n",
           t->crashes, t->commits_failed, t->power_cuts, t->stalls, t->breaks, t->drops, t->repeats);
    printf("%" PRIu64 " orders asked for again, %" PRIu64 " UNKNOWN, %" PRIu64 " EXPIRED, %" PRIu64
           " exits at the price limit, %" PRIu64 " stale feeds, %" PRIu64 " halts\n",
           t->resends, t->unknowns, t->expired, t->locked, t->gaps, t->halts);
    printf("at the venue: %" PRIu64 " orders refused, %" PRIu64 " filled in part, %" PRIu64
           " fills before their acknowledgement, %" PRIu64 " reports past the time-out, %" PRIu64 " flattens\n",
           t->rejects, t->partial, t->fills_first, t->late, t->flattens);
    printf("by hand: limits changed %" PRIu64 " times, %" PRIu64 " UNKNOWN decided, the clock set %" PRIu64
           " times; %" PRIu64 " runs on real files\n",
           t->limits, t->resolved, t->clock_jumps, t->on_files);
}

static int many(uint64_t first, uint64_t last, int jobs)
{
    int pipes[2], code = 0;
    struct sim_totals sum = {0}, part;
    const int64_t start_us = clock_monotonic_us();
    if (pipe(pipes) != 0) return 1;
    for (int job = 0; job < jobs; job++) {
        const pid_t pid = fork();
        if (pid == 0) _exit(work(first, last, (uint64_t)job, (uint64_t)jobs, pipes[1]));
        if (pid < 0) return 1;
    }
    close(pipes[1]);
    for (int job = 0; job < jobs; job++)
        if (read(pipes[0], &part, sizeof part) == (ssize_t)sizeof part) add(&sum, &part);
    close(pipes[0]);
    for (int job = 0; job < jobs; job++) {
        int status = 0;
        if (wait(&status) < 0 || status != 0) code = 1;
    }
    print_totals(&sum, clock_monotonic_us() - start_us);
    printf("%s\n", code == 0 ? "0 violations" : "VIOLATIONS, see above");
    return code;
}

static int controls(void)
{
    int code = 0;
    for (int s = SABOTAGE_NONE + 1; s < SABOTAGE_COUNT; s++) {
        struct sim_result result;
        const uint64_t seed = sim_find_failure(1, CONTROL_SEEDS, (enum sabotage)s, &result);
        if (seed == 0) {
            printf("control NOT NOTICED: %s\n", sabotage_name((enum sabotage)s));
            code = 1;
        } else {
            printf("control noticed (seed %" PRIu64 "): %s\n    %s\n", seed, sabotage_name((enum sabotage)s),
                   result.failure);
        }
    }
    return code;
}

int main(int argc, char **argv)
{
    uint64_t first = 1, last = 1000, seed = 0;
    int jobs = (int)sysconf(_SC_NPROCESSORS_ONLN), control = 0, option;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((option = getopt(argc, argv, "s:j:c:")) != -1) {
        if (option == 's') seed = strtoull(optarg, NULL, 10);
        if (option == 'j') jobs = (int)strtol(optarg, NULL, 10);
        if (option == 'c') control = (int)strtol(optarg, NULL, 10);
        if (option == '?') return 2;
    }
    if (jobs < 1 || jobs > JOBS_MAX || control < 0 || control >= SABOTAGE_COUNT) {
        fprintf(stderr, "sim: -j %d, -c %d (allowed 1 to %d, 0 to %d)\n", jobs, control, JOBS_MAX, SABOTAGE_COUNT - 1);
        return 2;
    }
    if (seed != 0) return one_seed(seed, (enum sabotage)control);
    const char *dash = optind < argc ? strchr(argv[optind], '-') : NULL;
    if (optind < argc) last = strtoull(argv[optind], NULL, 10);
    if (dash != NULL) {
        first = last;
        last = strtoull(dash + 1, NULL, 10);
    }
    if (last < first) {
        fprintf(stderr, "sim: seeds %" PRIu64 " to %" PRIu64 ": none\n", first, last);
        return 2;
    }
    const int code = many(first, last, jobs);
    return dash != NULL ? code : controls() + code == 0 ? 0 : 1;
}
