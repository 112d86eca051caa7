// What makes the pages quick and pleasant. Every page works without it.

const script = document.querySelector("script[data-cally]");
const callyAddress = script.dataset.cally;
const language = document.documentElement.lang;

// Calendar on top of a text field. The page's language decides how days are written, not the browser's.

const separator = language === "de" ? "." : "/";

// As the server reads them (demo/web_base/days.py): without a year it is the next such day, or one of the last months.
function readDay(text) {
  const iso = text.trim().match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
  const found = iso ? [, iso[3], iso[2], iso[1]] : text.trim().match(/^(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?[./-]?$/);
  if (!found) return "";
  const [, day, month, year] = found;
  const written = (of) => `${of}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (year) return written(year.length === 4 ? year : `20${year}`);
  const longAgo = new Date(Date.now() - 180 * 24 * 3600 * 1000).toLocaleDateString("sv");
  const thisYear = new Date().getFullYear();
  return written(thisYear) < longAgo ? written(thisYear + 1) : written(thisYear);
}

function writeDay(iso) {
  return iso.split("-").reverse().join(separator);
}

async function openCalendar(button) {
  const field = document.getElementById(button.dataset.pick);
  await import(callyAddress);
  const dialog = document.createElement("dialog");
  dialog.className = "calendar";
  dialog.setAttribute("aria-label", button.getAttribute("aria-label"));
  const calendar = document.createElement("calendar-date");
  const locale = language === "de" ? "de-DE" : "en-GB";
  calendar.setAttribute("locale", locale);
  calendar.setAttribute("first-day-of-week", "1");
  calendar.setAttribute("format-weekday", "short");
  const day = readDay(field.value);
  if (day) calendar.setAttribute("value", day);
  for (const [slot, label, sign] of [["previous", button.dataset.previous, "‹"], ["next", button.dataset.next, "›"]]) {
    const arrow = document.createElement("span");
    arrow.slot = slot;
    arrow.setAttribute("aria-label", label);
    arrow.setAttribute("role", "img");
    arrow.textContent = sign;
    calendar.append(arrow);
  }
  // cally writes year and month apart
  const heading = document.createElement("strong");
  heading.slot = "heading";
  heading.setAttribute("aria-hidden", "true");
  const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" });
  const showMonth = (shown) => (heading.textContent = month.format(shown));
  showMonth(new Date(day || new Date().toLocaleDateString("sv")));
  calendar.addEventListener("focusday", (event) => showMonth(event.detail));
  calendar.append(heading, document.createElement("calendar-month"));
  dialog.append(calendar);
  button.after(dialog);
  calendar.addEventListener("change", () => {
    field.value = writeDay(calendar.value);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    dialog.close();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    field.focus();
  });
  dialog.showModal();
}

function prepare(root) {
  for (const hidden of root.querySelectorAll("[data-pick], [data-copy]")) hidden.hidden = false;
  // What is wider than the page begins where it matters.
  for (const wide of root.querySelectorAll("[data-begins-at]")) {
    const there = wide.querySelector(wide.dataset.beginsAt);
    if (there) wide.scrollLeft = there.offsetLeft - (wide.clientWidth - there.offsetWidth) / 2;
  }
}

// One click is one request, however often it is clicked. What is asked for again has the same id anyway.

const sent = new WeakSet();
let sending = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[hx-post], [hx-get]") || event.submitter?.matches("[hx-post]")) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  sending = form;
  event.submitter?.setAttribute("aria-busy", "true");
});

// What was typed and is not saved is not left unasked, whatever leads away: a link, another form, the browser.

const changed = new Set(document.querySelectorAll("form[data-guard=changed]"));

function noteChange({ target }) {
  if (!target.form?.matches("[data-guard]") || target.type === "search") return;
  changed.add(target.form);
  target.form.dataset.guard = "changed"; // for the page to say so
  labelCompanions();
}
document.addEventListener("input", noteChange);
document.addEventListener("change", noteChange);

window.addEventListener("beforeunload", (event) => {
  if ([...changed].every((form) => form === sending || form === companionOf(sending) || !form.isConnected)) return;
  event.preventDefault();
  setTimeout(stay);
});

// A form that goes with another sends what is unsaved there along, and its buttons say so.

const companionOf = (form) => document.getElementById(form?.dataset.with ?? "");
const isUnsaved = (form) => form !== null && form.isConnected && changed.has(form);

function labelCompanions() {
  for (const button of document.querySelectorAll("[data-with-label]")) {
    button.dataset.label ??= button.textContent;
    button.textContent = isUnsaved(companionOf(button.form)) ? button.dataset.withLabel : button.dataset.label;
  }
}

document.addEventListener("formdata", ({ target, formData }) => {
  const companion = companionOf(target);
  if (!isUnsaved(companion)) return;
  for (const [name, value] of new FormData(companion)) formData.append(target.dataset.withPrefix + name, value);
});

// Who stays can send again.
function stay() {
  if (sending) sent.delete(sending);
  sending = null;
  for (const busy of document.querySelectorAll("[type=submit][aria-busy]")) busy.removeAttribute("aria-busy");
}

// Back to a page that was left: its forms can be sent again.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-pick], [data-copy], [data-print], [data-discard]");
  if (!button) return;
  if ("discard" in button.dataset) changed.clear();
  if ("pick" in button.dataset) openCalendar(button);
  if ("print" in button.dataset) window.print();
  if ("copy" in button.dataset) {
    const source = document.getElementById(button.dataset.copy);
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    // over plain http there is no clipboard to write to; what is selected can still be copied
    if (navigator.clipboard) await navigator.clipboard.writeText(source.value ?? source.textContent);
    else document.execCommand("copy");
    button.textContent = button.dataset.copied;
  }
});

// Without a connection or a session, or where the server fails, the page says so, stays as it is, and stops saying so by itself.

const show = (id, is) => document.getElementById(id)?.toggleAttribute("hidden", !is);

document.addEventListener("htmx:error", (event) => {
  const { error } = event.detail ?? {};
  if (error instanceof TypeError || error?.name === "AbortError") show("offline", true);
});
document.addEventListener("htmx:after:request", (event) => {
  const { status } = event.detail.ctx.response;
  const failed = status >= 500;
  const signedOut = status === 401;
  if (failed || signedOut) event.preventDefault(); // what follows would take the place of what stands here
  show("failed", failed);
  show("signed-out", signedOut);
  show("offline", false);
});
window.addEventListener("offline", () => show("offline", true));
window.addEventListener("online", () => show("offline", false));

// A list of what was found is marked as soon as something is changed that it was searched by.

// What searches at once leaves that to the button where it would save something along that is unsaved.

const waits = (element) => element.closest("[data-at-once]") && isUnsaved(companionOf(element.closest("form")));

document.addEventListener("htmx:config:request", (event) => waits(event.target) && event.preventDefault());

function outdate({ target }) {
  const list = target.form?.querySelector("[data-found-for]");
  if (!list?.dataset.foundFor.split(" ").includes(target.name)) return;
  if (target.closest("[data-at-once]") && !waits(target)) return;
  list.classList.add("outdated");
  list.querySelector("[data-outdated]").hidden = false;
}
document.addEventListener("input", outdate);
document.addEventListener("change", outdate);

// What saves a choice names it, and shows what is known of the station where it is.

function nameChoice() {
  for (const place of document.querySelectorAll("[data-chosen]")) {
    const chosen = place.closest("form").querySelector(`[name=${place.dataset.chosen}]:checked`);
    const parts = chosen?.closest("label").querySelectorAll(place.dataset.parts) ?? [];
    const title = place.querySelector("[data-none]");
    title.textContent = [...parts].map((each) => each.textContent).join(" · ") || title.dataset.none;
    for (const each of place.querySelectorAll("[data-of-station]")) {
      each.hidden = each.dataset.ofStation !== chosen?.dataset.station;
    }
  }
}
document.addEventListener("change", nameChoice);

// What was fetched gets the focus where it asks for it, so that keyboard and screen reader go on there.

document.addEventListener("htmx:after:swap", (event) => {
  prepare(document);
  labelCompanions();
  nameChoice();
  // Who changes one filter goes on to the next.
  if (event.detail?.ctx?.sourceElement?.matches?.("[data-at-once]")) return;
  const root = event.detail?.ctx?.target;
  const focus = (root?.isConnected ? root : document).querySelector?.("[data-focus]");
  if (!focus) return;
  if (!focus.contains(document.activeElement)) focus.focus({ preventScroll: true });
  focus.scrollIntoView({ block: "center" });
});

prepare(document);
labelCompanions();
nameChoice();

// A question that a link has led to has the focus; where the address names a place, `autofocus` gives none.

const question = document.getElementById(location.hash.slice(1));
if (question?.matches(".question")) {
  question.tabIndex = -1;
  question.focus();
}

// A grid of links is one stop of the Tab key; the arrows go on in it: up and down in a column, left and right to what
// stands beside it in the next. `data-roving` names the columns.

const focusables = (within) => [...within.querySelectorAll("a[href]")].filter((each) => each.offsetParent);

function rove(grid) {
  const columns = () => [...grid.querySelectorAll(grid.dataset.roving)].filter((each) => each.offsetParent);
  const top = (each) => each.getBoundingClientRect().top;
  const only = (chosen) => focusables(grid).forEach((each) => (each.tabIndex = each === chosen ? 0 : -1));
  only(grid.querySelector(".today a[href]") ?? focusables(grid)[0]);
  grid.addEventListener("focusin", ({ target }) => only(target));
  grid.addEventListener("keydown", (event) => {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[key];
    if (altKey || ctrlKey || metaKey || !(step || key === "Home" || key === "End")) return;
    const all = columns();
    const here = focusables(all.find((each) => each.contains(target)));
    let next = key === "Home" ? here[0] : here.at(-1);
    if (step) next = here[here.indexOf(target) + step];
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const beside = focusables(all[all.findIndex((each) => each.contains(target)) + step] ?? grid.ownerDocument.createElement("i"));
      next = beside.sort((one, other) => Math.abs(top(one) - top(target)) - Math.abs(top(other) - top(target)))[0];
    }
    event.preventDefault();
    next?.focus();
  });
}
document.querySelectorAll("[data-roving]").forEach(rove);
