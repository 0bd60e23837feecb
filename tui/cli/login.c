/* outcry login: the password comes from the terminal with its echo off, or from a pipe; never from argv, where every
 * user of the machine could read it. It is wiped as soon as it is sent. */
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/text.h"
#include "tui/cli/command.h"
#include "tui/secrets.h"

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

/* One line, without its end; -1: nothing, or too long. */
static ssize_t read_secret(char *out, size_t size)
{
    size_t length = 0;
    for (;;) {
        char byte = '\0';
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 || (got == 0 && length == 0) || caught != 0) return -1;
        if (got == 0 || byte == '\n') break;
        if (length + 1 >= size || byte == '\0') return -1;
        out[length++] = byte;
    }
    if (length > 0 && out[length - 1] == '\r') length--;
    out[length] = '\0';
    return (ssize_t)length;
}

/* A signal while the echo is off must not leave the terminal without it. */
static ssize_t read_hidden(const char *prompt, char *out, size_t size)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    struct sigaction before[sizeof(signals) / sizeof(signals[0])];
    struct sigaction action = {.sa_handler = on_signal};
    struct termios terminal;
    if (tcgetattr(STDIN_FILENO, &terminal) != 0) return -1;
    struct termios hidden = terminal;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) sigaction(signals[i], &action, &before[i]);
    fputs(prompt, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    ssize_t length = read_secret(out, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
    fputc('\n', stderr);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) sigaction(signals[i], &before[i], NULL);
    if (caught != 0) {
        explicit_bzero(out, size);
        (void)raise(caught);
    }
    return length;
}

static int log_in(struct cli *cli)
{
    struct msg msg;
    int code = CLI_OK;
    char prompt[64];
    if (cli->word_count > 1) {
        for (int i = 1; i < cli->word_count; i++)
            explicit_bzero((char *)(uintptr_t)cli->words[i], strlen(cli->words[i]));
        return cli_say(CLI_USAGE,
                       "login: the password is never taken from the command line; it is asked for, or read from stdin");
    }
    msg_init(&msg, MSG_LOGIN);
    if (!text_copy(msg.login.user, sizeof(msg.login.user), cli->words[0]))
        return cli_say(CLI_USAGE, "login: the user's name is too long (at most %d bytes)", NAME_SIZE - 1);
    cli_actor(msg.login.actor);
    if (!cli_connect(cli, &code)) return code;
    snprintf(prompt, sizeof(prompt), "password of %s: ", msg.login.user);
    ssize_t length = isatty(STDIN_FILENO) != 0 ? read_hidden(prompt, msg.login.secret, sizeof(msg.login.secret))
                                               : read_secret(msg.login.secret, sizeof(msg.login.secret));
    if (length < 0) {
        explicit_bzero(&msg, sizeof(msg));
        return cli_say(CLI_USAGE, "login: no password (one line of at most %d bytes)", SECRET_SIZE - 1);
    }
    code = cli_request(cli, COMPONENT_GATEWAY, &msg);
    explicit_bzero(&msg, sizeof(msg));
    return code;
}

int cmd_login(struct cli *cli)
{
    secrets_begin();
    const int code = log_in(cli);
    secrets_end();
    return code;
}
