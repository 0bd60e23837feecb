/* Where the databases are, for the readers of history, and who asks: apart from client.c because it needs no link to
 * anything. */
#include <pwd.h>
#include <unistd.h>

#include "core/text.h"
#include "gateway/client.h"
#include "gateway/config.h"
#include "gateway/paths.h"

enum status client_home(const struct settings *settings, char *home, size_t size, struct err *err)
{
    struct paths paths;
    enum status status = paths_resolve(&paths, settings, err);
    if (status == ERR_OK && !text_copy(home, size, paths.home))
        status = err_set(err, ERR_RANGE, "home.directory: longer than %zu bytes", size - 1);
    return status;
}

enum status client_keep_setting(const struct settings *settings, enum setting_id id, struct err *err)
{
    struct paths paths;
    char file[PATHS_FILE_SIZE];
    enum status status = paths_resolve(&paths, settings, err);
    if (status != ERR_OK) return status;
    return config_keep(paths_join(file, paths.home, CONFIG_FILE_NAME), setting_row(id), settings_text(settings, id),
                       err);
}

void client_actor(char actor[NAME_SIZE])
{
    char words[1024];
    struct passwd row;
    struct passwd *user = NULL;
    bool known = getpwuid_r(getuid(), &row, words, sizeof words, &user) == 0 && user != NULL;
    (void)text_copy(actor, NAME_SIZE, known && row.pw_name[0] != '\0' ? row.pw_name : "operator");
    text_clean(actor);
}
