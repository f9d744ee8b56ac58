// Makes elements that unfold made clickable by mouse only accessible by keyboard, and hides icons,
// which are words in an icon font, from screen readers.
const NAMES = {
  dock_to_right: "Menu",
  close: "Close",
  light_mode: "Theme: light",
  dark_mode: "Theme: dark",
  computer: "Theme of this device",
  visibility: "Show the password",
};
const NATIVE = "a[href], button, input, select, textarea, summary, h1, h2, h3";
const CLICKED = "[x-on\\:click]";

function makeReachable(element) {
  if (element.matches(NATIVE) || element.querySelector(NATIVE)) return;
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  const name = NAMES[element.textContent.trim()];
  if (name) element.setAttribute("aria-label", name);
}

window.addEventListener("load", () => {
  document.querySelectorAll(CLICKED).forEach(makeReachable);
  document
    .querySelectorAll(".material-symbols-outlined:not([role])")
    .forEach((icon) => icon.setAttribute("aria-hidden", "true"));
});

document.addEventListener("keydown", (event) => {
  const isPress = event.key === "Enter" || event.key === " ";
  if (isPress && event.target.matches(`[role=button]${CLICKED}`)) {
    event.preventDefault();
    event.target.click();
  }
});
