/*
 * embedded: text files that the programs carry inside (made by core/embed.sh): SQL schemas and themes.
 *
 * name is the path below the folder embedded ("gateway/001.sql", "dark.ini"); text is the whole file. The last row's
 * name is NULL. It does not say what the texts mean. Owner: nobody, it is const. Thread: any.
 */
#ifndef CORE_EMBEDDED_H
#define CORE_EMBEDDED_H

struct embedded {
    const char *name;
    const char *text;
};

extern const struct embedded embedded_schema[];
extern const struct embedded embedded_themes[];

#endif
