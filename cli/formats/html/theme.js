"use strict";
// Before the first paint, so that a chosen theme does not flash.
const THEME = "ai-config-rules theme";

function chosenTheme() {
  try {
    return localStorage.getItem(THEME) || "";
  } catch {
    return ""; // storage is closed to files in some browsers
  }
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

setTheme(chosenTheme());
