"use strict";
// Which evaluations the filter leaves, and how many each choice would leave. Nothing here touches the page.

const [RULE, PLACE, OUTCOME, KIND, NAME, IDENTITY, SENTENCE, ACCEPTED] = [0, 1, 2, 3, 4, 5, 6, 7];
const FACETS = ["outcome", "severity", "place", "duty", "framework"];

/** Return the texts of the rows that search looks through, in lower case. */
function haystacks(report) {
  const rules = report.rules.map((rule) => rule.text.toLowerCase());
  const kinds = report.kinds.map((kind) => kind.toLowerCase());
  const places = report.places.map((place) => place.toLowerCase());
  return report.rows.map((row) =>
    [
      row[NAME].toLowerCase(),
      row[IDENTITY].toLowerCase(),
      row[SENTENCE].toLowerCase(),
      row[ACCEPTED].toLowerCase(),
      kinds[row[KIND]],
      places[row[PLACE]],
      rules[row[RULE]],
    ].join("\n"),
  );
}

/** Return the words of a search text. */
function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * Return the rows that are left, by rule, and the counts of each facet's values.
 *
 * A facet without a choice takes everything. A value's count is what choosing it would show under the other facets.
 */
function filtered(report, texts, words, chosen) {
  const byRule = report.rules.map(() => []);
  const counts = Object.fromEntries(FACETS.map((facet) => [facet, new Map()]));
  const count = (facet, value) => counts[facet].set(value, (counts[facet].get(value) || 0) + 1);
  let total = 0;
  report.rows.forEach((row, position) => {
    if (!words.every((word) => texts[position].includes(word))) return;
    const rule = report.rules[row[RULE]];
    const values = {
      outcome: [row[OUTCOME]],
      severity: [rule.severity],
      place: [row[PLACE]],
      duty: [rule.duty],
      framework: rule.frameworks,
    };
    const against = FACETS.filter((facet) => chosen[facet].size && !values[facet].some((value) => chosen[facet].has(value)));
    if (against.length > 1) return;
    for (const facet of against.length ? against : FACETS) values[facet].forEach((value) => count(facet, value));
    if (against.length) return;
    byRule[row[RULE]].push(row);
    total += 1;
  });
  return { byRule, counts, total };
}
