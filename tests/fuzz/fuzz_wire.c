/* fuzz_wire: any bytes. What is believed must be a good message, and must be the same one after another trip. */
#include <string.h>

#include "core/check.h"
#include "core/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct msg msg, again;
    static uint8_t bytes[WIRE_MAX];
    struct err err = {ERR_OK, ""};
    if (wire_decode(data, size, &msg, &err) != ERR_OK) {
        CHECK(err.status != ERR_OK && err.text[0] != '\0');
        return 0;
    }
    CHECK(msg_check(&msg, &err) == ERR_OK);
    size_t length = 0;
    CHECK(wire_encode(&msg, bytes, sizeof bytes, &length, &err) == ERR_OK);
    CHECK(length <= size); /* ours is the shortest form */
    CHECK(wire_decode(bytes, length, &again, &err) == ERR_OK);
    CHECK(msg.id == again.id && memcmp(msg.bytes, again.bytes, msg_type(msg.id)->size) == 0);
    return 0;
}
