/*
 * gate_impl: what the files of the gate share. Private to core/gate*.c; the contract is core/gate.h.
 *
 *   gate.c           creation, restart, what only reads
 *   gate_event.c     the one place where an order changes: apply, number, journal, publish; and the words of alarms
 *   gate_orders.c    requests and cancels: known or new, guard, journal, send
 *   gate_lots.c      what each condition holds: its own fills, and what other orders close of it
 *   gate_venue.c     execution reports: gaps, repeats, fills, orders that were not made here
 *   gate_unknown.c   time-outs, asking the venue, what an answer means, the trader's decision
 *   gate_session.c   a venue session: catching up, comparing positions
 *   gate_alive.c     ... and the orders that work there: one that ended here, one that is not known here
 *   gate_behind.c    an order that works here, and has ended or filled more there without a report
 *   gate_differ.c    what differs, said line by line, and the trader's acceptance
 *   gate_control.c   halt, reduce, resume, limits, the day's loss
 *
 * Owner: the gate. Thread: one.
 */
#ifndef CORE_GATE_IMPL_H
#define CORE_GATE_IMPL_H

#include "core/emit.h"
#include "core/gate.h"
#include "core/guard.h"
#include "core/ledger.h"
#include "core/order_table.h"
#include "core/text.h"

#define GATE_STREAMS          16
#define GATE_ACCOUNTS         32
#define GATE_DIFFERENCES      16
#define GATE_DIFFER_AGAIN_US  ((int64_t)5000000) /* they are compared again, until they are settled */
#define GATE_COMPARE_TRIES    3
#define GATE_COMPARE_CUT      10
#define GATE_COMPARE_PAUSE_US ((int64_t)1000000)
#define GATE_ABSENCES         2 /* not-found answers that make absence believed */
#define GATE_DECIDED_US                                                                                                \
    ((int64_t)5000000) /* of an order of unknown outcome: the venue's last chance to say it has it */
#define GATE_PUBLISH_US ((int64_t)1000000)

/* An order that works here, while the venue says more of it than its reports: what it said last. */
struct gate_behind {
    enum order_state state; /* 0: they agree */
    int32_t filled;
    int64_t value; /* as order.filled_value */
    int32_t tries; /* said so after that many answers with all reports */
    uint64_t mark; /* gate.fills_done when it was said last */
    bool said;     /* it is a difference */
};

/* Beside each slot of the order table. */
struct gate_slot {
    struct order_event last; /* said again to whoever asks again; seq 0: not known */
    uint64_t sent_session;   /* venue session it was sent on; 0 = before this run */
    int64_t sent_us;
    uint64_t ask_id; /* QUERY_VENUE_ORDER without an answer yet; 0 = none */
    int64_t asked_us;
    bool asked_working; /* it was known to work when asked: "not found" then is a contradiction */
    bool to_compare;    /* of the session's first comparison, and the venue has not answered yet */
    int32_t absences;
    bool absent_here;             /* not found on the session it was sent on: proves nothing yet */
    bool reuse_said;              /* another order came under this id: said once, not at each resend */
    bool missing;                 /* it works here, and the venue does not know it */
    enum difference_kind differs; /* as said last; 0 = it does not */
    struct gate_behind behind;
    bool seen_elsewhere; /* made elsewhere, and the trader has looked at it */
    bool cancel_wanted;  /* asked for before the venue had it */
    int64_t decided_us;  /* the trader accepted it as CANCELLED, unless the venue has it; 0 = not */
    char decided_by[NAME_SIZE];
    int64_t cancel_us; /* when the cancel last went to the venue */
    struct cancel_request cancel;
};

/* Reports of one login: the venue numbers them for all its accounts together. */
struct gate_stream {
    char user[NAME_SIZE];
    uint64_t seq;  /* last applied */
    uint64_t seen; /* highest that came */
};

struct gate_held {
    char account[ACCOUNT_SIZE];
    char symbol[SYMBOL_SIZE];
    int32_t quantity;
};

struct gate_compare {
    uint64_t ask_id; /* QUERY_VENUE_POSITIONS, then QUERY_VENUE_ORDERS, without an answer yet */
    bool orders;     /* it is the second */
    int64_t asked_us;
    int64_t next_us; /* ask again; 0 = no need */
    int32_t tries;
    int32_t cut;  /* answers of which rows were lost */
    uint64_t seq; /* last report applied when they were asked for */
    bool judged;  /* once in this session: they are the same, or their difference is said */
    bool suspect; /* they differ: the reports have to be complete before that means anything */
    uint32_t order_rows;
    uint32_t alive_count;
    struct order alive[GATE_DIFFERENCES]; /* what works there, and not here; those that find no room, later */
    uint32_t count;
    struct gate_held held[LEDGER_POSITIONS]; /* what the venue says */
};

struct gate {
    struct gate_config config;
    struct order_table orders;
    struct gate_slot *slots;
    struct ledger ledger;
    struct id_ring exec_ids;
    struct guard_state state;
    struct guard_state published;
    int64_t published_us;
    struct guard_limits limits;
    struct guard_recent recent;
    struct session_info session;
    char accounts[GATE_ACCOUNTS][ACCOUNT_SIZE]; /* of the login */
    uint32_t account_count;                     /* 0: not told */
    bool ready;                                 /* caught up with the session: cancels and exits may go */
    bool compared;                              /* ... and its first comparison has ended: entries may */
    struct market market;
    int64_t market_heard_us; /* when the market last said anything; 0 = not in this run */
    bool feed_alarmed;       /* it is silent, and that was said */
    struct gate_stream streams[GATE_STREAMS];
    uint64_t fills_ask_id; /* QUERY_VENUE_FILLS without an answer yet */
    int64_t fills_us;      /* when it was last asked */
    uint64_t fills_from;   /* for what comes after this */
    uint64_t fills_done;   /* answers of which every report was applied, in this run */
    struct gate_compare compare;
    struct difference differences[GATE_DIFFERENCES]; /* that stay, until they are accepted or go away */
    uint32_t difference_count;
    uint64_t events_seq;
    uint64_t request_id;
    int64_t no_room_us; /* when an order was last refused without a trace in memory */
    bool reset_said;
};

/* gate_event.c */
/* Complete the event (kind, and what the venue or we said, are set) and apply it to the order in slot. Numbered,
 * journalled and published when it changed anything, and always for a fill. *late as order_apply. */
bool gate_event(struct gate *gate, uint32_t slot, struct order_event *event, int64_t now_us, struct sink *sink,
                bool *late);
/* EXEC_RELEASED: the order in slot closed lots of a condition; nothing of the order changes. */
void gate_release(struct gate *gate, uint32_t slot, int64_t condition_id, int32_t lots, price_t price, int64_t now_us,
                  struct sink *sink);
/* An event of our own: kind, code and words. */
bool gate_event_own(struct gate *gate, uint32_t slot, enum exec_kind kind, enum reject_code reject, const char *reason,
                    int64_t now_us, struct sink *sink);
/* Say again what was said last. */
void gate_event_repeat(struct gate *gate, uint32_t slot, struct sink *sink);
/* order may be NULL: about no order. */
void gate_risk(struct gate *gate, struct sink *sink, int64_t now_us, const char *actor, enum reject_code reject,
               const struct order_request *order, const char *format, ...) __attribute__((format(printf, 7, 8)));
void gate_reply(struct sink *sink, uint64_t request_id, enum status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Ask the venue; returns the request's id. */
uint64_t gate_ask(struct gate *gate, enum query_kind kind, const char *text, uint64_t from_seq, struct sink *sink);

/* gate_orders.c */
/* May it go? slot: the order itself, when it is in the table already (ORDER_TABLE_NONE otherwise). */
enum reject_code gate_refusal(const struct gate *gate, const struct order_request *request, uint32_t slot,
                              int64_t now_us, char reason[REASON_SIZE]);
/* Journal SENDING and hand it to the venue, once. */
void gate_send(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink);
/* A working order: PENDING_CANCEL, then the venue's cancel. */
void gate_cancel(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink);
void gate_cancel_again(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink);

/* gate_lots.c: what conditions hold. */
/* A fill was counted: whose lots are they, and whose did it close? */
void gate_count_lots(struct gate *gate, uint32_t slot, const struct order_event *fill, int64_t now_us,
                     struct sink *sink);
/* A flatten of what nets to nothing: no order can close it, the conditions give it up. false: it is not that. */
bool gate_net_lots(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink);

/* gate_venue.c */
struct gate_stream *gate_stream(struct gate *gate, const char *user);
/* The session's; NULL: none, or one too many. */
const struct gate_stream *gate_stream_now(const struct gate *gate);

/* Here; of an order that has no client order id. */
void gate_elsewhere_id(char id[CLIENT_ORDER_ID_SIZE], const char *venue_order_id);

/* A report that is known to be new: to its order and the position. */
void gate_apply_exec(struct gate *gate, const struct venue_exec *exec, int64_t now_us, struct sink *sink);

/* gate_alive.c */
/* How many orders of the venue's last answer work there, and not here? */
uint32_t gate_alive(const struct gate *gate);
/* All reports are applied: what ended here becomes a difference, what is not known is adopted. Writes a reason for HALTED
 * when there is one; returns whether. */
bool gate_alive_judge(struct gate *gate, char *reason, size_t size, int64_t now_us, struct sink *sink);
void gate_alive_accept(struct gate *gate, const struct difference *difference, const struct control *control,
                       const char *actor, int64_t now_us, struct sink *sink);

/* gate_behind.c */
/* The venue has said that of an order that works here. */
void gate_behind_found(struct gate *gate, uint32_t slot, const struct order *there, int64_t now_us, struct sink *sink);
/* A report of it came: compared anew. */
void gate_behind_reported(struct gate *gate, uint32_t slot);
void gate_behind_accept(struct gate *gate, uint32_t slot, const struct control *control, const char *actor,
                        int64_t now_us, struct sink *sink);

/* gate_differ.c */
/* The row of that order ("") or position, at that venue's account: new, or as it stands. NULL: no room now. */
struct difference *gate_differ_row(struct gate *gate, enum difference_kind kind, const char *account,
                                   const char *symbol, const char *client_order_id);
/* The lines there are room for say that (here, there, time); said when it is news. */
void gate_differ_set(struct difference *difference, int32_t here, int32_t there, int64_t now_us, struct sink *sink);
/* Of the selected account; said when it is news. */
void gate_differ_found(struct gate *gate, const char *symbol, int32_t here, int32_t there, int64_t now_us,
                       struct sink *sink);
/* Those that were not found again since then are settled. */
void gate_differ_settle(struct gate *gate, int64_t before_us, struct sink *sink);
/* Say what became of the order's difference, when it is news. */
void gate_differ_order(struct gate *gate, uint32_t slot, struct sink *sink);
/* What has to be accepted before RESUME, in words; false: nothing. */
bool gate_differ_words(const struct gate *gate, char *text, size_t size);
void gate_accept(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink);

/* gate_unknown.c */
void gate_ask_order(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink);
void gate_unknown_timer(struct gate *gate, uint32_t slot, int64_t now_us, struct sink *sink);
/* Its line was accepted: the venue is asked first, then the trader's word counts. */
void gate_unknown_accept(struct gate *gate, uint32_t slot, uint64_t request_id, const char *actor, int64_t now_us,
                         struct sink *sink);
void gate_resolve(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink);

/* gate_session.c */
/* May the present login ask and act for this account? */
bool gate_of_login(const struct gate *gate, const char *account);
void gate_ask_fills(struct gate *gate, int64_t now_us, struct sink *sink);
/* Does it open something while nobody knows yet whether the venue's books are ours? Then it waits, as long as its time
 * to live allows. */
bool gate_waits(const struct gate *gate, const struct order_request *request);
/* The first comparison may have ended: every order and the positions were answered for. */
void gate_compared(struct gate *gate);
void gate_session_timer(struct gate *gate, int64_t now_us, struct sink *sink);

/* gate_control.c */
void gate_set_mode(struct gate *gate, enum guard_mode mode, const char *actor, const char *reason, int64_t now_us,
                   struct sink *sink);
/* The day's result moved: past the limit, REDUCING. */
void gate_watch_loss(struct gate *gate, int64_t now_us, struct sink *sink);
/* No prices while lots are held: alarm and REDUCING, once. */
void gate_watch_feed(struct gate *gate, int64_t now_us, struct sink *sink);

#endif
