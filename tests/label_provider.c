/* The least that SECURITY LABEL asks for: a module that takes every label, under two names. */
#include "postgres.h"

#include "commands/seclabel.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

void _PG_init(void);

static void
take(const ObjectAddress *object, const char *label)
{
}

void
_PG_init(void)
{
	register_label_provider("watch", take);
	register_label_provider("Other one", take);
}
