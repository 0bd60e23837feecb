/* One way to write each kind of number, so that every pane agrees. */
#include "tui/format.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"

const char *format_price(price_t price, int decimals, char *buf)
{
    return price_format_fixed(price, decimals, buf, FORMAT_SIZE);
}

bool format_fits(price_t price, int decimals)
{
    char text[FORMAT_SIZE];
    price_t same = 0;
    return price_parse(format_price(price, decimals, text), &same, NULL) == ERR_OK && same == price;
}

const char *format_level(price_t price, int decimals, char *buf)
{
    return format_fits(price, decimals) ? format_price(price, decimals, buf) : format_average(price, buf);
}

static const char *with_plus(int64_t value, char *buf)
{
    if (value > 0) {
        memmove(buf + 1, buf, strlen(buf) + 1);
        buf[0] = '+';
    }
    return buf;
}

const char *format_change(price_t change, int decimals, char *buf)
{
    price_format_fixed(change, decimals, buf, FORMAT_SIZE - 1);
    return with_plus(change, buf);
}

const char *format_average(price_t average, char *buf)
{
    price_format_fixed(average, 2, buf, FORMAT_SIZE);
    size_t length = strlen(buf);
    while (strchr(buf, '.') && (buf[length - 1] == '0' || buf[length - 1] == '.')) {
        bool point = buf[length - 1] == '.';
        buf[--length] = '\0';
        if (point) break;
    }
    return buf;
}

const char *format_points(price_t points, char *buf)
{
    format_average(points, buf);
    return with_plus(points, buf);
}

const char *format_percent(price_t change, price_t base, char *buf)
{
    int64_t percent = 0;
    buf[0] = '\0';
    if (base <= 0 || !price_mul_div(change, 100 * PRICE_SCALE, base, &percent)) return buf;
    price_format_fixed(percent, 2, buf, FORMAT_SIZE - 2);
    with_plus(percent, buf);
    strncat(buf, "%", 2);
    return buf;
}

const char *format_money(money_t money, char *buf)
{
    money_format(money, buf, FORMAT_SIZE - 1);
    return strcmp(buf, "0") == 0 ? buf : with_plus(money, buf);
}

const char *format_count(int64_t count, char *buf)
{
    int64_t scaled;
    if (!price_mul(count, PRICE_SCALE, &scaled)) {
        snprintf(buf, FORMAT_SIZE, "%lld", (long long)count);
        return buf;
    }
    return money_format(scaled, buf, FORMAT_SIZE);
}

const char *format_age(int64_t age_us, char *buf)
{
    int64_t seconds = age_us / CLOCK_SECOND_US;
    if (age_us < 0)
        snprintf(buf, FORMAT_SIZE, "0.0s");
    else if (seconds < 10)
        snprintf(buf, FORMAT_SIZE, "%lld.%llds", (long long)seconds, (long long)(age_us / 100000 % 10));
    else if (seconds < 100)
        snprintf(buf, FORMAT_SIZE, "%llds", (long long)seconds);
    else if (seconds < 6000)
        snprintf(buf, FORMAT_SIZE, "%lldm", (long long)(seconds / 60));
    else
        snprintf(buf, FORMAT_SIZE, "%lldh", (long long)(seconds / 3600));
    return buf;
}

const char *format_countdown(int64_t left_us, char *buf)
{
    int64_t seconds = left_us > 0 ? left_us / CLOCK_SECOND_US : 0;
    if (seconds >= 48 * 3600)
        snprintf(buf, FORMAT_SIZE, "%lld days", (long long)(seconds / 86400));
    else if (seconds >= 3600)
        snprintf(buf, FORMAT_SIZE, "%lld:%02lld:%02lld", (long long)(seconds / 3600), (long long)(seconds / 60 % 60),
                 (long long)(seconds % 60));
    else
        snprintf(buf, FORMAT_SIZE, "%lld:%02lld", (long long)(seconds / 60), (long long)(seconds % 60));
    return buf;
}

enum role sign_role(int64_t value, enum role above, enum role below)
{
    return value > 0 ? above : value < 0 ? below : ROLE_TEXT;
}

const char *sign_arrow(int64_t value)
{
    return value > 0 ? "▲" : value < 0 ? "▼" : " ";
}

const char *side_letter(enum side side)
{
    return side == SIDE_BUY ? "B" : "S";
}

enum role side_role(enum side side)
{
    return side == SIDE_BUY ? ROLE_BUY : ROLE_SELL;
}

const char *format_order(const struct order *order, char *buf)
{
    const struct order_request *request = &order->request;
    const bool limit = request->type == ORDER_LIMIT;
    char price[PRICE_TEXT_SIZE];
    snprintf(buf, FORMAT_ORDER_SIZE, "%s %d %s %s%s%s, %d filled", side_name(request->side), request->quantity,
             request->symbol, order_type_name(request->type), limit ? " " : "",
             limit ? price_format(request->limit_price, price, sizeof price) : "", order->filled_quantity);
    return buf;
}

const char *order_state_short(enum order_state state)
{
    if (state == ORDER_PARTIALLY_FILLED) return "PARTIAL";
    return state == ORDER_PENDING_CANCEL ? "CANCELLING" : order_state_name(state);
}
