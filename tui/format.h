/*
 * format: numbers and times as the panes show them. Pure; every function returns buf.
 *
 * buf holds at least FORMAT_SIZE bytes. Unit: price_t, money_t, microseconds. Owner: the caller owns buf. Thread: any.
 */
#ifndef TUI_FORMAT_H
#define TUI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "core/order.h"
#include "core/price.h"
#include "tui/theme.h"

#define FORMAT_SIZE       48
#define FORMAT_ORDER_SIZE 128

const char *format_price(price_t price, int decimals, char *buf);
bool format_fits(price_t price, int decimals); /* format_price would round nothing away */
/* A level made from an average: as many decimals as it has, two at most. */
const char *format_level(price_t price, int decimals, char *buf);
const char *format_change(price_t change, int decimals, char *buf); /* "+21", "-3", "0" */
const char *format_average(price_t average, char *buf);             /* at most two decimals, no idle zeros: "17410.5" */
const char *format_points(price_t points, char *buf);               /* the same with its sign: "+20.5" */
const char *format_percent(price_t change, price_t base, char *buf); /* "+0.12%", "" without a base */
const char *format_money(money_t money, char *buf);                  /* "+12,300", "-1,250", "0" */
const char *format_count(int64_t count, char *buf);                  /* "1,234,567" */
const char *format_age(int64_t age_us, char *buf);                   /* "0.2s" "12s" "3m" "2h" */
const char *format_countdown(int64_t left_us, char *buf);            /* "3:21:10", "21:10" */

enum role sign_role(int64_t value, enum role above, enum role below); /* ROLE_TEXT for 0 */
const char *sign_arrow(int64_t value);                                /* ▲ ▼ or a space */
const char *side_letter(enum side side);                              /* B S */
enum role side_role(enum side side);
/* "BUY 2 MXFH1 LMT 17410, 1 filled"; buf holds FORMAT_ORDER_SIZE bytes. */
const char *format_order(const struct order *order, char *buf);
const char *order_state_short(enum order_state state); /* "PARTIAL", at most 10 letters */

#endif
