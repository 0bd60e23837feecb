/*
 * text: UTF-8 in fixed arrays: copying, checking and cleaning.
 *
 * Everything shown, stored or sent is valid UTF-8 without control characters; a text that is too long is cut between
 * two characters, never inside one. Does not fold case, measure cells or allocate. Thread: any (pure). Owner: the
 * caller owns every buffer.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at text (1..4), 0 when it is not valid UTF-8 (overlong, surrogate, cut, beyond U+10FFFF). */
size_t text_char_length(const char *text, size_t length);

/* Valid UTF-8 all through? A NUL inside counts as not valid. */
bool text_valid(const char *text, size_t length);

/* Copy what fits, NUL-terminated, cut between characters. false: it was cut. size > 0. */
bool text_copy(char *target, size_t size, const char *source);

/* In place: each control character and each byte that is not UTF-8 becomes '?', so that a hostile text cannot drive a
 * terminal. */
void text_clean(char *text);

#endif
