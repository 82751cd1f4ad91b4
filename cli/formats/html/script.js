"use strict";
// What happens on the page: the filter, the lists of each rule, the theme, and printing.

(() => {
  const AT_FIRST = 20; // evaluations of a rule before the reader asks for all
  const PAUSE = 90; // milliseconds without typing before the search runs

  const report = JSON.parse(document.getElementById("data").textContent);
  const texts = haystacks(report);
  const form = document.querySelector(".filters");
  const search = document.getElementById("search");
  const inputs = [...form.querySelectorAll("input[type=checkbox]")];
  const sections = [...document.querySelectorAll("article.rule")].map((element) => ({
    element,
    list: element.querySelector(".rows"),
    more: element.querySelector(".more"),
    rows: [],
    all: false,
  }));
  const figure = new Intl.NumberFormat("en");
  let pattern = null;

  function draw(section, all = section.all) {
    const rows = all ? section.rows : section.rows.slice(0, AT_FIRST);
    section.list.replaceChildren(...rows.map((row) => item(report, row, pattern)));
    section.more.hidden = rows.length === section.rows.length;
    section.more.textContent = `Show all ${figure.format(section.rows.length)}`;
  }

  function chosen() {
    const values = Object.fromEntries(FACETS.map((facet) => [facet, new Set()]));
    for (const input of inputs) if (input.checked) values[input.name].add(Number(input.value));
    return values;
  }

  function apply() {
    const words = wordsOf(search.value);
    pattern = patternOf(words);
    const { byRule, counts, total } = filtered(report, texts, words, chosen());
    let rules = 0;
    sections.forEach((section, position) => {
      section.rows = byRule[position];
      section.element.hidden = !section.rows.length;
      if (section.rows.length) rules += 1;
      section.all = false;
      draw(section);
    });
    for (const input of inputs) {
      const count = counts[input.name].get(Number(input.value)) || 0;
      const label = input.parentElement;
      label.querySelector(".count").textContent = figure.format(count);
      label.classList.toggle("empty", !count);
    }
    const all = report.rows.length;
    document.getElementById("shown").textContent =
      `${figure.format(total)} of ${figure.format(all)} evaluations, ${rules} of ${report.rules.length} rules`;
    document.getElementById("filtered").textContent = inWords();
    document.getElementById("nothing").hidden = total > 0;
  }

  function inWords() {
    const parts = [...form.querySelectorAll("fieldset")].flatMap((fieldset) => {
      const names = [...fieldset.querySelectorAll("input:checked + span")].map((each) => each.textContent);
      return names.length ? [`${fieldset.querySelector("legend").textContent}: ${names.join(", ")}`] : [];
    });
    if (search.value.trim()) parts.push(`Search: ${search.value.trim()}`);
    return parts.length ? `Filter: ${parts.join("; ")}.` : "";
  }

  function clear(outcomes) {
    search.value = "";
    for (const input of inputs) input.checked = input.name === "outcome" && outcomes.includes(Number(input.value));
  }

  // A link such as "severity 0" shows what is open of that value; "outcome 1" shows that outcome.
  function follow(link) {
    const [facet, value] = link.dataset.filter.split(" ");
    clear(facet === "outcome" ? [Number(value)] : facet === "severity" ? [0] : [0, 1]);
    for (const input of inputs) if (input.name === facet && input.value === value) input.checked = true;
    apply();
  }

  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.matches("article.rule")) return;
    if (target.hidden) {
      clear([]);
      apply();
    }
    target.scrollIntoView();
  }

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, PAUSE);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target !== search) apply();
  });
  for (const id of ["clear", "everything"]) {
    document.getElementById(id).addEventListener("click", () => {
      clear([]);
      apply();
      search.focus();
    });
  }
  for (const link of document.querySelectorAll("a[data-filter]")) link.addEventListener("click", () => follow(link));
  for (const section of sections) {
    section.more.addEventListener("click", () => {
      section.all = true;
      draw(section);
      const next = section.list.children[AT_FIRST];
      next.tabIndex = -1;
      next.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=search]")) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
  addEventListener("hashchange", openTarget);

  // Paper has no buttons: everything that the filter leaves is written out.
  let opened = [];
  addEventListener("beforeprint", () => {
    for (const section of sections) draw(section, true);
    opened = [...document.querySelectorAll("article.rule:not([hidden]) details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const section of sections) draw(section);
    for (const details of opened) details.open = false;
  });
  document.getElementById("print").addEventListener("click", () => print());

  for (const input of document.querySelectorAll("input[name=theme]")) {
    input.checked = input.value === chosenTheme();
    input.addEventListener("change", () => {
      setTheme(input.value);
      try {
        localStorage.setItem(THEME, input.value);
      } catch {
        // The choice holds for this visit only.
      }
    });
  }

  document.querySelector(".tools").hidden = false;
  form.hidden = false;
  if (matchMedia("(max-width: 62rem)").matches) form.querySelector(".facets").open = false;
  if (!report.rows.some((row) => row[OUTCOME] < 2)) clear([]);
  apply();
  openTarget();
  performance.mark("ready");
})();
