"use strict";
// Evaluations as list items. Text is only ever set as text: the page's policy refuses anything else.

/** Return an element of that class with children, which are nodes or texts. */
function made(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Return the text as nodes, with what `pattern` finds in marks. */
function marked(text, pattern) {
  if (!pattern) return [text];
  return text
    .split(pattern)
    .map((part, position) => (position % 2 ? made("mark", "", part) : part))
    .filter((part) => part !== "");
}

/** Return a pattern that captures any of the words, null without words. */
function patternOf(words) {
  if (!words.length) return null;
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(${escaped.sort((one, other) => other.length - one.length).join("|")})`, "giu");
}

/** Return the list item of one evaluation. */
function item(report, row, pattern) {
  const where = [report.kinds[row[KIND]]];
  if (report.places.length > 1) where.push(report.places[row[PLACE]]);
  const element = made(
    "li",
    `outcome-${row[OUTCOME]}`,
    made(
      "p",
      "",
      made("span", "unseen", `${report.outcomes[row[OUTCOME]]}: `),
      made("bdi", "name", ...marked(row[NAME], pattern)),
      " ",
      made("span", "kind", ...marked(where.filter(Boolean).join(", "), pattern)),
    ),
    made("p", "sentence", made("bdi", "", ...marked(row[SENTENCE], pattern))),
  );
  if (row[ACCEPTED]) element.append(made("p", "accepted", made("bdi", "", ...marked(row[ACCEPTED], pattern))));
  if (row[IDENTITY]) element.append(made("p", "identity", made("bdi", "", ...marked(row[IDENTITY], pattern))));
  return element;
}
