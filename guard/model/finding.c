// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/finding.h"

#include <errno.h>
#include <string.h>

/** findings_deinit() - free all of them */
void findings_deinit(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free(findings->findings[i].text);
		free(findings->findings[i].evidence);
		free(findings->findings[i].command);
		free(findings->findings[i].other);
	}
	free(findings->findings);
	*findings = FINDINGS_NULL;
}

/**
 * findings_add_take() - one more finding
 * @name:     static; of the check
 * @text:     taken over, also on failure; NULL: the caller had no memory for it
 * @evidence: taken over, may be NULL
 * @command:  taken over, may be NULL
 *
 * Return: 0 or -ENOMEM.
 */
int findings_add_take(struct findings *findings, const char *name, enum finding_severity severity,
                      char *text, char *evidence, char *command)
{
	if (!text || grow(&findings->findings, &findings->capacity, findings->n + 1,
	                  sizeof(*findings->findings)) < 0) {
		free(text);
		free(evidence);
		free(command);
		return -ENOMEM;
	}
	findings->findings[findings->n++] = (struct finding){
	    .name = name,
	    .severity = severity,
	    .text = text,
	    .evidence = evidence,
	    .command = command,
	};
	return 0;
}

/** findings_or_take() - what may be done in place of the last one's command; Return: 0 or -ENOMEM
 */
int findings_or_take(struct findings *findings, char *command)
{
	if (!command || findings->n == 0) {
		free(command);
		return -ENOMEM;
	}
	free(findings->findings[findings->n - 1].other);
	findings->findings[findings->n - 1].other = command;
	return 0;
}

/**
 * findings_move() - those of one check, from one list to the end of another
 * @from: keeps the others, in their order
 *
 * Return: 0; -ENOMEM, and both are as they were.
 */
int findings_move(struct findings *to, struct findings *from, const char *name)
{
	size_t kept = 0;

	if (grow(&to->findings, &to->capacity, to->n + from->n, sizeof(*to->findings)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < from->n; i++)
		if (strcmp(from->findings[i].name, name) == 0)
			to->findings[to->n++] = from->findings[i];
		else
			from->findings[kept++] = from->findings[i];
	from->n = kept;
	return 0;
}

/** findings_sort() - the worst first; those of one weight stay in the order of finding */
void findings_sort(struct findings *findings)
{
	for (size_t i = 1; i < findings->n; i++) {
		struct finding moving = findings->findings[i];
		size_t at = i;

		for (; at > 0 && findings->findings[at - 1].severity < moving.severity; at--)
			findings->findings[at] = findings->findings[at - 1];
		findings->findings[at] = moving;
	}
}

/** findings_have() - is there one of this weight? */
bool findings_have(const struct findings *findings, enum finding_severity severity)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->findings[i].severity == severity)
			return true;
	return false;
}

/**
 * findings_worst() - the weight of the gravest finding
 *
 * Return: FINDING_INFO also when there is none.
 */
enum finding_severity findings_worst(const struct findings *findings)
{
	enum finding_severity worst = FINDING_INFO;

	for (size_t i = 0; i < findings->n; i++)
		if (findings->findings[i].severity > worst)
			worst = findings->findings[i].severity;
	return worst;
}

/** finding_severity_name() - "info", "unknown", "warning" or "error" */
const char *finding_severity_name(enum finding_severity severity)
{
	static const char *const names[FINDING_N_SEVERITIES] = {
	    [FINDING_INFO] = "info",
	    [FINDING_UNKNOWN] = "unknown",
	    [FINDING_WARNING] = "warning",
	    [FINDING_ERROR] = "error",
	};

	return names[severity];
}
