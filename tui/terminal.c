/* Curses on and off. A crash cannot call endwin() (it allocates and locks), so what gives the terminal back is made as
 * bytes when it is taken, and written with write(2). */
#include "tui/terminal.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "core/check.h"

#define RESTORE_SIZE 512
#define ESCAPE_MS    25

static struct {
    bool open, saved;
    SCREEN *screen;
    WINDOW *input; /* a pad: reading a key from it never refreshes the screen */
    struct termios termios;
    char restore[RESTORE_SIZE];
    size_t restore_length;
    volatile sig_atomic_t signal, interrupted, restored, continued;
} terminal;

static int restore_byte(int byte)
{
    if (terminal.restore_length < RESTORE_SIZE) terminal.restore[terminal.restore_length++] = (char)byte;
    return byte;
}

static void add_restore(const char *capability)
{
    char *text = tigetstr(capability);
    if (text && text != (char *)-1) tputs(text, 1, restore_byte);
}

static void make_restore(void)
{
    static const char mouse_off[] = "\033[?1003l\033[?1002l\033[?1000l\033[?1006l\033[?2004l";
    terminal.restore_length = 0;
    for (const char *c = mouse_off; *c; c++) restore_byte(*c);
    add_restore("sgr0");
    add_restore("op");
    add_restore("cnorm");
    add_restore("rmkx");
    add_restore("rmcup");
}

/* Async-signal-safe. */
static void restore_now(void)
{
    if (!terminal.open || terminal.restored) return;
    terminal.restored = 1;
    ssize_t written = write(STDOUT_FILENO, terminal.restore, terminal.restore_length);
    (void)written;
    if (terminal.saved) (void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal.termios);
}

static void on_crash(int number)
{
    restore_now();
    /* SA_RESETHAND has put the default action back: this ends the process as it would have ended. */
    (void)raise(number);
}

static void on_end(int number)
{
    terminal.signal = number;
}

static void on_interrupt(int number)
{
    (void)number;
    terminal.interrupted = 1;
}

static void on_continue(int number)
{
    (void)number;
    terminal.continued = 1;
}

static void take(int number, void (*handler)(int), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

static void take_signals(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ},
                     ends[] = {SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) take(crashes[i], on_crash, (int)SA_RESETHAND);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) take(ends[i], on_end, 0); /* no SA_RESTART: the wait ends */
    take(SIGINT, on_interrupt, 0);
    take(SIGCONT, on_continue, 0);
    take(SIGPIPE, SIG_IGN, 0);
    check_set_hook(restore_now);
}

/* Ctrl-S would stop the screen, and the loop with it at the next frame. Kept as the program's mode, for fg. */
static void take_flow_control(void)
{
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
    mode.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
    def_prog_mode();
}

/* Pasted text is to be told from typed keys: a line of it must not press a button. Terminals that do not know it pass
 * over these bytes. A shell that we were stopped in front of has its own wish. */
static void ask_for_pastes(bool on)
{
    const char *wish = on ? "\033[?2004h" : "\033[?2004l";
    if (!tigetstr("kmous") || tigetstr("kmous") == (char *)-1) return; /* as old as that: it might print them */
    ssize_t written = write(STDOUT_FILENO, wish, strlen(wish));
    (void)written;
    define_key("\033[200~", TERMINAL_PASTE_BEGIN);
    define_key("\033[201~", TERMINAL_PASTE_END);
}

/* Not clicks: a press and a release that come together would be made one of them. */
#define MOUSE_PRESSED  (BUTTON1_PRESSED | BUTTON2_PRESSED | BUTTON3_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED)
#define MOUSE_RELEASED (BUTTON1_RELEASED | BUTTON2_RELEASED | BUTTON3_RELEASED | BUTTON4_RELEASED | BUTTON5_RELEASED)

static void take_keys(void)
{
    cbreak();
    noecho();
    nonl();
    take_flow_control();
    set_escdelay(ESCAPE_MS);
    curs_set(0);
    terminal.input = newpad(1, 1);
    CHECK(terminal.input);
    keypad(terminal.input, TRUE);
    nodelay(terminal.input, TRUE);
    /* All that a terminal reports, though presses alone are acted on: for what is not asked for (a button let go) ncurses
     * reads on, and waits for a key in spite of nodelay, while the screen stands still. */
    mousemask(MOUSE_PRESSED | MOUSE_RELEASED | BUTTON_CTRL | BUTTON_SHIFT | BUTTON_ALT, NULL);
    mouseinterval(0);
    ask_for_pastes(true);
}

static enum status refuse_type(const char *name, const char *why, struct err *err)
{
    return err_set(err, ERR_STATE, "the terminal type '%.40s' %s (TERM=xterm-256color may work)", name ? name : "",
                   why);
}

enum status terminal_open(struct err *err)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, ERR_STATE, "the screen needs a terminal (outcry --help lists what works without one)");
    /* Everything drawn is UTF-8; a machine without a locale set still has a terminal that shows it. */
    setlocale(LC_ALL, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
    terminal.saved = tcgetattr(STDIN_FILENO, &terminal.termios) == 0;
    terminal.screen = newterm(NULL, stdout, stdin);
    if (!terminal.screen) return refuse_type(name, "is not known here", err);
    if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
        endwin();
        delscreen(terminal.screen);
        return refuse_type(name, "cannot place its cursor", err);
    }
    terminal.open = true;
    terminal.restored = terminal.signal = terminal.interrupted = 0;
    start_color();
    make_restore();
    take_keys();
    take_signals();
    return ERR_OK;
}

void terminal_bell(void)
{
    if (terminal.open) (void)beep();
}

void terminal_close(void)
{
    if (!terminal.open) return;
    ask_for_pastes(false);
    endwin();
    terminal.open = false;
    check_set_hook(NULL);
    delwin(terminal.input);
    delscreen(terminal.screen);
    terminal.screen = NULL;
    terminal.input = NULL;
}

int terminal_signal(void)
{
    return terminal.signal;
}

bool terminal_interrupted(void)
{
    bool was = terminal.interrupted;
    terminal.interrupted = 0;
    return was;
}

bool terminal_key(int *key, bool *is_function_key)
{
    wint_t code = 0;
    if (terminal.continued) {
        terminal.continued = 0;
        ask_for_pastes(true);
    }
    int result = wget_wch(terminal.input, &code);
    if (result == ERR) return false;
    *key = (int)code;
    *is_function_key = result == KEY_CODE_YES;
    return true;
}
