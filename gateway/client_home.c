/* Where the databases are, for the readers of history: apart from client.c because it needs no link to anything. */
#include "core/text.h"
#include "gateway/client.h"
#include "gateway/paths.h"

enum status client_home(const struct settings *settings, char *home, size_t size, struct err *err)
{
    struct paths paths;
    enum status status = paths_resolve(&paths, settings, err);
    if (status == ERR_OK && !text_copy(home, size, paths.home))
        status = err_set(err, ERR_RANGE, "home.directory: longer than %zu bytes", size - 1);
    return status;
}
