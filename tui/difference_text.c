/* difference_text: one row of words a kind; a position's are its lots. */
#include "tui/difference_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/text.h"

static const struct {
    const char *ours, *venue, *proposed;
} orders[] = {
    [DIFFERENCE_MISSING] = {"works", "not known", "end it here: CANCELLED"},
    [DIFFERENCE_UNKNOWN] = {"UNKNOWN", "no answer", "ask again, or CANCELLED"},
    [DIFFERENCE_ELSEWHERE] = {"not ours", "works", "leave it, note it"},
    [DIFFERENCE_BEHIND] = {"works", "has ended", "take the venue's word"},
    [DIFFERENCE_ALIVE] = {"ended", "works", "cancel it at the venue"},
};

struct difference_text difference_text(const struct difference *difference)
{
    struct difference_text text = {.ours = ""};
    if (difference->kind == DIFFERENCE_POSITION) {
        snprintf(text.ours, sizeof text.ours, "%+" PRId32, difference->here);
        snprintf(text.venue, sizeof text.venue, "%+" PRId32, difference->there);
        snprintf(text.proposed, sizeof text.proposed, "count %+" PRId64 " as filled",
                 (int64_t)difference->there - difference->here);
        (void)text_copy(text.seen, sizeof text.seen, text.venue);
        return text;
    }
    (void)text_copy(text.ours, sizeof text.ours, orders[difference->kind].ours);
    (void)text_copy(text.venue, sizeof text.venue, orders[difference->kind].venue);
    if (difference->kind == DIFFERENCE_BEHIND && difference->here < difference->there) {
        snprintf(text.ours, sizeof text.ours, "filled %" PRId32, difference->here);
        snprintf(text.venue, sizeof text.venue, "filled %" PRId32, difference->there);
    }
    (void)text_copy(text.proposed, sizeof text.proposed, orders[difference->kind].proposed);
    (void)text_copy(text.seen, sizeof text.seen, difference_kind_name(difference->kind));
    return text;
}

const char *difference_name(const struct difference *difference)
{
    return difference->client_order_id[0] != '\0' ? difference->client_order_id : difference->symbol;
}
